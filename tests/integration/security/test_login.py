"""Logging in: by link, by password, and what happens after too many wrong ones."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from agentcluster.security import login_links
from agentcluster.security.first_user import ensure_first_user
from agentcluster.security.models import LoginLink, Membership, Project, Role

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def press(browser, path: str):
    page = browser.get(path)
    token = browser.cookies["csrftoken"].value
    return page, browser.post(path, {"csrfmiddlewaretoken": token})


def test_the_first_start_makes_an_administrator_without_a_password_and_a_project():
    admin = ensure_first_user()
    assert (admin.username, admin.is_superuser, admin.has_usable_password()) == ("admin", True, False)
    assert Membership.objects.get().role == Role.OWNER
    assert Project.objects.get().slug == "default"
    assert ensure_first_user() == admin
    assert User.objects.count() == Project.objects.count() == 1


def test_a_link_logs_in_once(browser):
    path = login_links.create(ensure_first_user())
    page, answer = press(browser, path)
    assert (page.status_code, answer.status_code, answer["Location"]) == (200, 302, "/")
    assert browser.get("/api/v1/me").json()["username"] == "admin"
    browser.logout()
    assert browser.get(path).status_code == 410


def test_looking_at_a_link_does_not_use_it_up(browser, client):
    path = login_links.create(ensure_first_user())
    assert client.get(path).status_code == 200
    assert press(browser, path)[1].status_code == 302


def test_of_two_who_press_at_once_one_wins():
    secret = login_links.create(ensure_first_user()).split("/")[-2]
    assert login_links.consume(secret) is not None
    assert login_links.consume(secret) is None


@pytest.mark.parametrize("change", ["expired", "inactive", "unknown"])
def test_a_dead_link_says_so(client, change):
    admin = ensure_first_user()
    path = login_links.create(admin)
    if change == "expired":
        LoginLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "inactive":
        User.objects.update(is_active=False)
    else:
        path = "/login/link/nonsense/"
    assert client.get(path).status_code == 410
    answer = client.post(path)
    assert answer.status_code == 410
    assert "does not work any more" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_secret_of_a_link_is_not_kept():
    secret = login_links.create(ensure_first_user()).split("/")[-2]
    assert secret not in str(vars(LoginLink.objects.get()))


def test_the_command_prints_a_link(client):
    out = StringIO()
    call_command("loginlink", "--base", "http://localhost:8000/", stdout=out)
    path = out.getvalue().strip().removeprefix("http://localhost:8000")
    assert client.get(path).status_code == 200
    with pytest.raises(CommandError, match="nobody"):
        call_command("loginlink", "nobody")


def log_in(client, password: str, name: str = "ada"):
    return client.post("/login/?next=/runs", {"username": name, "password": password, "next": "/runs"})


def test_a_password_logs_in_and_goes_where_one_wanted_to(client):
    User.objects.create_user("ada", password=PASSWORD)
    assert log_in(client, PASSWORD)["Location"] == "/runs"


def test_a_login_does_not_lead_to_another_site(client):
    User.objects.create_user("ada", password=PASSWORD)
    answer = client.post("/login/", {"username": "ada", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_wrong_password_says_so_without_telling_whether_the_account_exists(client):
    User.objects.create_user("ada", password=PASSWORD)
    wrong, unknown = log_in(client, "wrong"), log_in(client, "wrong", "bob")
    assert "correct username and password" in wrong.content.decode()
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_five_wrong_passwords_lock_the_account_for_a_while(client):
    User.objects.create_user("ada", password=PASSWORD)
    User.objects.create_user("bob", password=PASSWORD)
    answers = [log_in(client, f"wrong {number}").status_code for number in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = log_in(client, PASSWORD)
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    assert int(locked["Retry-After"]) == 900
    assert "_auth_user_id" not in client.session
    assert log_in(client, PASSWORD, "bob").status_code == 302


def test_passwords_are_not_guessed_from_one_ipv6_network_address_by_address(client):
    User.objects.create_user("ada", password=PASSWORD)
    for number in range(5):
        client.defaults["REMOTE_ADDR"] = f"2001:db8:1:2::{number}"
        answer = log_in(client, f"wrong {number}")
    assert answer.status_code == 429
    client.defaults["REMOTE_ADDR"] = "2001:db8:1:3::1"
    assert log_in(client, PASSWORD).status_code == 302


def test_a_locked_account_can_still_use_a_link(client, browser):
    user = User.objects.create_user("ada", password=PASSWORD)
    for number in range(5):
        log_in(client, f"wrong {number}")
    assert press(browser, login_links.create(user))[1].status_code == 302


def test_the_admin_uses_the_same_login(client):
    first = client.get("/admin/")
    assert client.get(first["Location"])["Location"] == "/login/?next=/admin/"


def test_logging_out_needs_a_form(client):
    client.force_login(ensure_first_user())
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302
