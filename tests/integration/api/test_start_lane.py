"""Starts that arrive together are written down together, each with the answer it would have got alone."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from agentcluster.security import guesses, tokens
from agentcluster.security.models import ApiToken, Membership, Role
from agentcluster.streams import keys
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from agents.domain.policy import Policy, PolicySet
from agents.models import Agent
from agents.policies import live
from designer.actions import catalogue, start_group
from designer.engine.request import decode_request
from designer.models import AuditEntry, Run, Workflow, WorkflowVersion
from tests.integration.api import graphs
from tests.integration.api.lane import Entrance, request

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("with_redis")]

OWN = {"id", "created_at", "trace_id"}
"""What each run has of its own."""
LONG = {"cookie": "theme=dark"}
"""Sends a request the long way."""


@pytest.fixture
def entrance():
    return Entrance()


@pytest.fixture
def token(editor):
    return tokens.create(editor, "lane")


@pytest.fixture
def workflow(published):
    return published["id"]


@pytest.fixture
def policies(monkeypatch):
    """Sets how fast users may start runs, as the newest policies of this process."""
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])

    def use(**spec):
        live.replace(PolicySet(1, (Policy("lane", "rate_limit", spec=spec),)))

    return use


def hinted():
    return {decode_request(fields[b"r"]).run_id for _, fields in shared_client().xrange(keys.READY)}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"input": {"name": "Ada"}}, {}),
        ({"input": {"name": "Zoë"}, "labels": {"team": "x"}, "priority": "high", "version": 1}, {"accept": "*/*"}),
        (
            {"input": {"name": "Ada"}},
            {"accept_language": "zh-CN,zh;q=0.9", "accept": "application/json, text/plain, */*"},
        ),
    ],
)
def test_the_answer_is_that_of_the_view(entrance, workflow, token, body, headers):
    (short,) = entrance.ask(request(workflow, token, body, **headers))
    assert entrance.long_way == 0
    (long,) = entrance.ask(request(workflow, token, body, **headers, **LONG))
    assert entrance.long_way == 1
    assert short.status == long.status == 202
    assert list(short.json) == list(long.json)
    assert {name: value for name, value in short.json.items() if name not in OWN} == {
        name: value for name, value in long.json.items() if name not in OWN
    }
    assert short.headers.pop("location") == f"http://localhost/api/v1/runs/{short.json['id']}"
    assert long.headers.pop("location") != ""
    assert short.headers == long.headers
    assert Run.objects.get(pk=short.json["id"]).created_at.isoformat()[:26] == short.json["created_at"][:26]


def test_starts_at_once_are_written_down_one_by_one_in_the_audit_trail_too(entrance, workflow, token, editor):
    answers = entrance.ask(*[request(workflow, token, {"input": {"name": f"n{n}"}}) for n in range(30)])
    assert {answer.status for answer in answers} == {202}
    assert entrance.long_way == 0
    ids = [answer.json["id"] for answer in answers]
    rows = Run.objects.in_bulk(ids)
    assert [rows[run_id].input["name"] for run_id in ids] == [f"n{n}" for n in range(30)]
    assert hinted() >= set(ids)
    audited = AuditEntry.objects.filter(action="run.start", object_id__in=ids)
    assert {(entry.object_id, entry.user, entry.project_id, entry.title) for entry in audited} == {
        (run_id, editor, rows[run_id].project_id, "Greet") for run_id in ids
    }
    assert {entry.data["version"] for entry in audited} == {1}


def test_bad_ones_among_good_ones_fail_alone_as_they_do_on_the_long_way(entrance, workflow, token, member):
    viewer = tokens.create(member(Role.VIEWER, "val"), "lane")
    stranger = tokens.create(member(None, "eve"), "lane")
    fine = {"input": {"name": "Ada"}}
    bad = [
        ((workflow, token, {"input": {}}), {}, 400),
        ((workflow, token, {"input": {"name": 3}}), {}, 400),
        ((workflow, token, {"input": None}), {}, 400),
        ((workflow, token, b"{"), {}, 400),
        ((workflow, token, b"[1]"), {}, 400),
        ((workflow, token, b'{"input": {"name": "a\\u0000b"}}'), {}, 400),
        ((workflow, token, fine | {"version": 9}), {}, 404),
        ((workflow, token, fine | {"version": True}), {}, 400),
        ((workflow, token, fine | {"labels": {"team": [1]}}), {}, 400),
        ((workflow, token, fine | {"priority": "urgent"}), {}, 400),
        ((workflow, token, fine), {"idempotency_key": "k" * 201}, 400),
        ((workflow, viewer, fine), {}, 403),
        ((workflow, stranger, fine), {}, 404),
        (("0" * 26, token, fine), {}, 404),
        ((workflow, "agc_wrong", fine), {}, 401),
        ((workflow, token, fine), {"accept": "text/html"}, 406),
        ((workflow, token, fine), {"content_type": "text/plain"}, 415),
        ((workflow, token, fine), {"host": "elsewhere.example"}, 400),
    ]
    asked = []
    for given, headers, _ in bad:
        asked += [request(*given, **headers), request(workflow, token)]
    answers = entrance.ask(*asked)
    assert [answer.status for answer in answers[::2]] == [status for *_, status in bad]
    assert {answer.status for answer in answers[1::2]} == {202}
    assert entrance.long_way == len(bad)
    assert Run.objects.count() == len(bad)


def test_a_draft_and_an_odd_label_go_the_long_way_and_start(entrance, workflow, token):
    odd = [{"version": "draft"}, {"labels": {"team": " padded "}}, {"labels": {"team": 3}}]
    answers = entrance.ask(*[request(workflow, token, {"input": {"name": "Ada"}, **body}) for body in odd])
    assert [answer.status for answer in answers] == [202, 202, 202]
    assert (answers[0].json["version"], answers[1].json["labels"]) == (None, {"team": "padded"})
    assert entrance.long_way == 3


def test_the_same_key_at_once_starts_one_run(entrance, workflow, token):
    same = [request(workflow, token, idempotency_key="once") for _ in range(5)]
    other = request(workflow, token, {"input": {"name": "Bob"}}, idempotency_key="once")
    answers = entrance.ask(*same, other, request(workflow, token, idempotency_key="twice"))
    assert [answer.status for answer in answers] == [202, 200, 200, 200, 200, 409, 202]
    assert len({answer.json["id"] for answer in answers[:5]}) == 1
    assert answers[5].json["code"] == "idempotency_key_reused"
    assert Run.objects.count() == 2
    (again,) = entrance.ask(same[0])
    assert (again.status, again.json["id"]) == (200, answers[0].json["id"])


def test_a_key_somebody_else_uses_at_that_moment_fails_nobody(entrance, workflow, token, editor, monkeypatch):
    """The other's row is written but not yet seen while the group looks, and there when the group writes."""
    entrance.ask(request(workflow, token))
    written, looked = threading.Event(), threading.Event()

    def last_look(*given):
        looked.set()
        return read_metas(*given)

    monkeypatch.setattr(start_group, "read_metas", last_look)

    def other():
        version = Workflow.objects.get(pk=workflow).versions.get(number=1)
        run = Run(project=version.workflow.project, workflow_id=workflow, version=version, created_by=editor)
        run.idempotency_key, run.request_digest = "race", "another"
        try:
            with transaction.atomic():
                run.save()
                written.set()
                looked.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    written.wait()
    answers = entrance.ask(request(workflow, token, idempotency_key="race"), *[request(workflow, token)] * 4)
    thread.join()
    assert [answer.status for answer in answers] == [409, 202, 202, 202, 202]
    assert entrance.long_way == 5
    assert Run.objects.count() == 6


def test_a_right_that_is_taken_holds_for_the_next_start(entrance, workflow, token, editor):
    assert entrance.ask(request(workflow, token))[0].status == 202
    Membership.objects.filter(user=editor).update(role=Role.VIEWER)
    assert entrance.ask(request(workflow, token))[0].status == 403
    Membership.objects.filter(user=editor).update(role=Role.OPERATOR)
    editor.is_active = False
    editor.save()
    assert entrance.ask(request(workflow, token))[0].status == 401
    editor.is_active = True
    editor.save()
    tokens.revoke(ApiToken.objects.get())
    assert entrance.ask(request(workflow, token))[0].status == 401
    assert Run.objects.count() == 1


def test_versions_that_are_kept_are_still_looked_at(entrance, workflow, token):
    assert entrance.ask(request(workflow, token))[0].json["version"] == 1
    first = Workflow.objects.get(pk=workflow).versions.get(number=1)
    graph = catalogue.pin(graphs.with_agent(), first.workflow.project_id)
    WorkflowVersion.objects.create(workflow=first.workflow, number=2, digest="sha256:2", graph=graph)
    numbered = {"input": {"name": "Ada"}, "version": 1}
    answers = entrance.ask(request(workflow, token), request(workflow, token, numbered))
    assert [answer.json["version"] for answer in answers] == [2, 1]
    Agent.objects.all().delete()
    answers = entrance.ask(request(workflow, token), request(workflow, token, numbered))
    assert [answer.status for answer in answers] == [422, 202]
    Run.objects.all().delete()
    Workflow.objects.get(pk=workflow).delete()
    assert entrance.ask(request(workflow, token))[0].status == 404


def test_who_guessed_too_often_waits_with_a_right_token_too(entrance, workflow, token):
    cache.clear()
    try:
        wrong = entrance.ask(*[request(workflow, f"agc_{n}") for n in range(guesses.LIMIT)])
        assert {answer.status for answer in wrong} == {401}
        (answer,) = entrance.ask(request(workflow, token))
        assert (answer.status, answer.json["code"]) == (429, "throttled")
    finally:
        cache.clear()
    assert not Run.objects.exists()


def test_without_tls_nothing_starts_where_it_is_asked_for(entrance, workflow, token, settings):
    settings.SECURE_SSL_REDIRECT = True
    entrance.ask(request(workflow, token))
    assert entrance.long_way == 1


def test_too_fast_is_told_at_once_and_nobody_is_counted_twice(entrance, workflow, token, policies):
    policies(rate=0.01, burst=2)
    answers = entrance.ask(*[request(workflow, token, {"input": {}} if n == 0 else None) for n in range(4)])
    assert [answer.status for answer in answers] == [400, 202, 429, 429]
    assert answers[2].json["code"] == "rate_limited"
    assert int(answers[2].headers["retry-after"]) > 1
    assert entrance.long_way == 1


def test_counted_together_is_counted_as_one_by_one(entrance, workflow, token, policies, member):
    policies(rate=0.01, burst=25)
    other = tokens.create(member(Role.OPERATOR, "oz"), "lane")
    first = entrance.ask(*[request(workflow, token)] * 20, *[request(workflow, other)] * 3)
    assert {answer.status for answer in first} == {202}
    second = entrance.ask(*[request(workflow, token)] * 10, *[request(workflow, other)] * 2)
    assert [answer.status for answer in second] == [202] * 5 + [429] * 5 + [202] * 2
    assert entrance.long_way == 0


def test_a_connection_the_database_has_cut_is_made_anew(entrance, workflow, token):
    """PostgreSQL cuts them when it is started again; SQLite has none to cut."""

    def cut():
        try:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    others = "datname = current_database() AND pid <> pg_backend_pid()"
                    cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        finally:
            connection.close()

    connection.close()
    answers = entrance.ask_in_turn(*[request(workflow, token)] * 3, between=cut)
    assert [answer.status for answer in answers] == [202, 202, 202]
    assert entrance.long_way == 0


def test_while_redis_is_away_nothing_is_started(entrance, workflow, token, settings):
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    answers = entrance.ask(*[request(workflow, token)] * 3, request(workflow, token, {"input": {}}))
    assert [(answer.status, answer.json["code"]) for answer in answers[:3]] == [(503, "redis_unavailable")] * 3
    assert answers[3].status == 400
    assert not Run.objects.exists()
