"""API tokens: shown once, never stored, refused when expired, guessing is slowed down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agentcluster.errors import BadInputError
from agentcluster.security import guesses, tokens
from agentcluster.security.models import ApiToken, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(member):
    return member(Role.EDITOR, "ada")


def me(api, secret: str):
    return api.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})


def test_a_token_logs_its_user_in(api, user):
    answer = me(api, tokens.create(user, "laptop"))
    assert answer.json()["username"] == "ada"
    assert [(each["slug"], each["role"]) for each in answer.json()["projects"]] == [("sales", "editor")]


def test_only_the_digest_is_kept(user):
    secret = tokens.create(user, "laptop")
    row = ApiToken.objects.get()
    assert secret not in str(vars(row))
    assert row.prefix == secret[:12]
    assert row.digest == tokens.digest_of(secret)


@pytest.mark.parametrize("change", ["expired", "deleted", "inactive", "altered"])
def test_a_dead_token_is_refused(api, user, change):
    secret = tokens.create(user, "laptop", days=1)
    if change == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "deleted":
        ApiToken.objects.all().delete()
    elif change == "inactive":
        user.is_active = False
        user.save()
    else:
        secret = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    answer = me(api, secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_the_last_use_is_noted_once_a_minute(user):
    secret = tokens.create(user, "laptop")
    tokens.find(secret)
    first = ApiToken.objects.get().last_used_at
    tokens.find(secret)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    tokens.find(secret)
    assert ApiToken.objects.get().last_used_at > first - timedelta(minutes=1)


def test_guessing_is_stopped(api, user):
    good = tokens.create(user, "laptop")
    for number in range(guesses.LIMIT):
        assert me(api, f"agc_guess{number}").status_code == 401
    answer = me(api, "agc_again")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
    assert me(api, good).status_code == 429


def test_a_guesser_gains_nothing_by_another_ipv6_address_of_the_same_network(api, user, monkeypatch):
    good, wrong = tokens.create(user, "laptop"), {"Authorization": "Bearer agc_wrong"}
    monkeypatch.setattr(guesses, "LIMIT", 2)

    def status(address: str, headers: dict[str, str]) -> int:
        return api.get("/api/v1/me", headers=headers, REMOTE_ADDR=address).status_code

    assert [status(f"2001:db8:1:2::{n}", wrong) for n in range(3)] == [401, 401, 429]
    assert status("2001:db8:1:3::1", {"Authorization": f"Bearer {good}"}) == 200
    assert [status(f"::ffff:192.0.2.{n}", wrong) for n in range(3)] == [401] * 3
    assert [status(address, wrong) for address in ("192.0.2.1", "::ffff:192.0.2.1")] == [401, 429]


def test_a_malformed_header_is_refused(api):
    for header in ("Bearer", "Bearer a b", "Bearer \xff"):
        assert api.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_token_needs_a_name_and_a_life(user):
    with pytest.raises(BadInputError):
        tokens.create(user, " ")
    with pytest.raises(BadInputError):
        tokens.create(user, "laptop", days=0)


def test_a_token_needs_no_csrf_but_a_session_does(user):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    answer = client.post("/api/v1/workflows", {"title": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    client.logout()
    secret = tokens.create(user, "laptop")
    answer = client.post("/api/v1/workflows", {}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 400
