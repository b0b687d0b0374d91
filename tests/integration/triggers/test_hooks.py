"""Webhooks: signatures by the standard, repeats, hostile bodies."""

import json
import time

import pytest
from django.core.cache import cache
from django.test import Client

from agentcluster.security.models import Membership
from designer.models import Run
from designer.triggers import hooks, signature
from designer.triggers.models import Firing
from designer.triggers.sealing import Secret

pytestmark = pytest.mark.django_db
BODY = b'{"name": "Ada"}'


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def send(made, body=BODY, message_id="msg_1", at=None, secret=None, headers=None, query="", **options):
    """Call a webhook as a stranger with CSRF checks on."""
    now = int(time.time()) if at is None else at
    signed = signature.sign(Secret(secret or made.get("secret") or "whsec_eA=="), message_id, now, body)
    named = {"webhook-id": message_id, "webhook-timestamp": str(now), "webhook-signature": signed, **(headers or {})}
    path = made["url"][made["url"].index("/hooks/") :] + query
    return Client(enforce_csrf_checks=True).post(
        path, body, content_type=options.pop("content_type", "application/json"), headers=named, **options
    )


def test_the_signature_is_that_of_the_standard() -> None:
    """The vector of the Standard Webhooks specification's reference libraries."""
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_call_starts_a_run_and_a_repeat_answers_the_same(api, create) -> None:
    made = create()
    first, again = send(made), send(made)
    assert (first.status_code, again.status_code) == (202, 202), first.content
    assert first.json()["run_id"] == again.json()["run_id"]
    run = Run.objects.get()
    assert (run.input, run.trigger) == ({"name": "Ada"}, "Hook")
    assert send(made, message_id="msg_2").json()["run_id"] != run.pk
    assert "sessionid" not in first.cookies


def test_a_repeat_whose_firing_is_forgotten_and_whose_mapping_changed_answers_the_same(api, create) -> None:
    made = create(input={"name": "${ headers['webhook-timestamp'] }"})
    first = send(made, at=int(time.time()) - 5).json()["run_id"]
    Firing.objects.all().delete()
    assert send(made).json()["run_id"] == first


def test_body_headers_and_query_make_the_input_but_secrets_do_not(api, create) -> None:
    made = create(input={"name": "${ body.who } ${ query.lang } ${ headers['x-shop'] } ${ 'cookie' in headers }"})
    answer = send(made, b'{"who": "Ada"}', headers={"x-shop": "s1", "cookie": "a=b"}, query="?lang=en")
    assert Run.objects.get(pk=answer.json()["run_id"]).input == {"name": "Ada en s1 false"}
    assert not {"cookie", "webhook-signature"} & set(Firing.objects.get().event["headers"])


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-signature": "v1,AAAA"}},
        {"headers": {"webhook-signature": "v1a,AAAA " * 500}},
        {"headers": {"webhook-id": "other"}},
        {"headers": {"webhook-id": ""}},
        {"headers": {"webhook-id": "x" * 500}},
        {"headers": {"webhook-timestamp": "soon"}},
        {"headers": {"webhook-timestamp": "٣"}},
        {"at": 0},
        {"late": 301},
        {"late": -400},
        {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    ],
)
def test_every_wrong_signature_gets_the_same_answer(create, row, change) -> None:
    made = create()
    if "late" in change:
        change = {"at": int(time.time()) - change["late"]}
    answer = send(made, **change)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The signature is missing, wrong or too old."
    assert not Run.objects.exists()
    assert not Firing.objects.exists()
    assert row(made).bad_signature_count == 1


def test_guessing_is_slowed_down_per_address_and_calls_per_webhook(create, monkeypatch) -> None:
    made = create()
    for _ in range(hooks.WRONG_A_MINUTE):
        assert send(made, secret="whsec_AAAA").status_code == 401
    assert send(made).status_code == 429
    assert send(made, REMOTE_ADDR="10.1.1.1").status_code == 202
    monkeypatch.setattr(hooks, "CALLS_A_MINUTE", 1)
    assert send(made, REMOTE_ADDR="10.1.1.1").status_code == 202
    limited = send(made, REMOTE_ADDR="10.1.1.1")
    assert (limited.status_code, limited["Retry-After"] in ("59", "60")) == (429, True)


def test_rotation_keeps_the_old_secret_for_a_while_or_ends_it(api, create) -> None:
    made = create()
    second = api.post(f"/api/v1/triggers/{made['id']}/rotate-secret", {}).json()["secret"]
    assert send(made, message_id="a").status_code == 202
    assert send(made, message_id="b", secret=second).status_code == 202
    two = signature.sign(Secret("whsec_AAAA"), "c", 1, b"")
    now = int(time.time())
    good = signature.sign(Secret(second), "c", now, BODY)
    headers = {"webhook-signature": f"{two} {good}", "webhook-timestamp": str(now)}
    assert send(made, message_id="c", headers=headers).status_code == 202
    third = api.post(f"/api/v1/triggers/{made['id']}/rotate-secret", {"keep_s": 0}).json()["secret"]
    assert send(made, message_id="d").status_code == 401
    assert send(made, message_id="e", secret=third).status_code == 202


def test_a_webhook_without_signatures_needs_its_address_only(api, create) -> None:
    made = create(config={"signature": "none"})
    assert made["secret"] == ""
    path = made["url"][made["url"].index("/hooks/") :]
    assert len(path) > 35
    plain = Client(enforce_csrf_checks=True).post(path, BODY, content_type="application/json")
    assert plain.status_code == 202
    assert send(made, message_id="m").json()["run_id"] == send(made, message_id="m").json()["run_id"]
    assert api.post(f"/api/v1/triggers/{made['id']}/rotate-secret", {}).json()["code"] == "no_secret"
    signed = api.patch(f"/api/v1/triggers/{made['id']}", {"config": {"signature": "standard"}}).json()
    assert signed["secret"].startswith("whsec_")
    assert Client().post(path, BODY, content_type="application/json").status_code == 401


def test_nothing_is_told_before_the_signature_is_right(api, create) -> None:
    made = create(enabled=False)
    assert send(made, secret="whsec_AAAA").status_code == 401
    off = send(made)
    assert (off.status_code, off.json()["code"]) == (410, "trigger_disabled")
    assert send({"url": "/hooks/nothing-here", "secret": made["secret"]}).status_code == 404
    assert Client().get(made["url"][made["url"].index("/hooks/") :]).status_code == 405


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_event"),
        (b"", 400, "malformed_event"),
        (b'{"name": "\\u0000"}', 400, "malformed_event"),
        (b"[" * 500 + b"]" * 500, 400, "malformed_event"),
        (b'"\xff"', 400, "malformed_event"),
        (b"[1]", 400, "mapping_failed"),
        (b"{}", 400, "invalid_input"),
        (b'{"name": 3}', 400, "invalid_input"),
    ],
)
def test_bodies_that_fit_nothing_are_refused_and_remembered(create, body, status, code) -> None:
    answer = send(create(), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert (Firing.objects.get().outcome, Firing.objects.get().code) == ("refused", code)
    assert not Run.objects.exists()


def test_a_giant_body_is_refused_unread(create) -> None:
    answer = send(create(), b'{"name": "' + b"x" * 1024 * 1024 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Firing.objects.exists()


@pytest.mark.parametrize(
    ("mapping", "body", "rule"),
    [
        ("${ string(body.l.map(a, body.l.filter(b, b > a).size()).size()) }", list(range(9_000)), "expression_work"),
        ("${ body.l.split('').join(body.l) }", "x" * 30_000, "expression_size"),
        ("${ string(body.l.matches('(x{1,50}){1,50}y')) }", "x" * 500_000, "expression_work"),
    ],
)
def test_a_body_that_would_be_much_work_is_refused_at_once_by_its_rule(create, mapping, body, rule) -> None:
    made = create(input={"name": mapping})
    began = time.monotonic()
    answer = send(made, json.dumps({"l": body}).encode())
    assert (answer.status_code, answer.json()["code"]) == (400, "mapping_failed")
    assert f"(rule {rule})" in answer.json()["detail"]
    assert time.monotonic() - began < 5


def test_a_large_event_is_kept_shortened(create) -> None:
    made = create(input={"name": "${ body.name }"})
    assert send(made, b'{"name": "Ada", "rest": "' + b"y" * 100_000 + b'"}').status_code == 202
    assert Firing.objects.get().event["bytes"] > 100_000
    assert len(Firing.objects.get().event["shortened"]) < 10_000


def test_forms_and_texts(create) -> None:
    form = create(name="Form", config={"format": "form"}, input={"name": "${ body.name } ${ body.tag[1] }"})
    answer = send(form, b"name=Ada&tag=a&tag=b", content_type="application/x-www-form-urlencoded")
    assert Run.objects.get(pk=answer.json()["run_id"]).input == {"name": "Ada b"}
    text = create(name="Text", config={"format": "text"}, input={"name": "${ body }"})
    answer = send(text, "grüß dich".encode(), content_type="text/plain")
    assert Run.objects.get(pk=answer.json()["run_id"]).input == {"name": "grüß dich"}
    assert send(text, b"\xff", message_id="x").status_code == 400


def test_a_lost_right_and_a_missing_service_are_told_without_details(create, editor, settings) -> None:
    made = create()
    working, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    away = send(made)
    assert (away.status_code, away["Retry-After"]) == (503, "5")
    assert not Firing.objects.exists()
    settings.REDIS_URL = working
    assert send(made).status_code == 202
    Membership.objects.filter(user=editor).delete()
    lost = send(made, message_id="late")
    assert (lost.status_code, lost.json()["code"]) == (403, "refused")
    assert Firing.objects.get(outcome="refused").code == "right_lost"


def test_waiting_gives_up_in_time_when_the_run_goes_on(create) -> None:
    answer = send(create(config={"wait_s": 0.5}))
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
