"""Who one is, and what one may change in the cluster."""

from django.contrib.auth.models import Permission, User


def test_a_reader_may_change_nothing(client_of, db):
    found = client_of(User.objects.create_user("reader")).get("/api/v1/me").json()
    assert (found["username"], found["is_staff"], found["permissions"]) == ("reader", False, [])


def test_what_somebody_was_given_is_told_and_nothing_of_other_parts(client_of, db):
    user = User.objects.create_user("operator")
    user.user_permissions.set(Permission.objects.filter(codename__in=["decide_bundle", "operate_nodes", "add_group"]))
    assert client_of(user).get("/api/v1/me").json()["permissions"] == [
        "bundles.decide_bundle",
        "placement.operate_nodes",
    ]
