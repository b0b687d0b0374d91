"""What becomes of starts that are being written down when the database or the process goes away."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connections

from agentcluster.security import tokens
from designer.models import AuditEntry, Run
from tests.integration.api import graphs
from tests.integration.api.lane import Entrance, request

KEYS = 240
ENOUGH = 30
CLIENTS = 8


@pytest.fixture
def impatient(monkeypatch):
    """New connections to the database wait no longer than 0.2 s for its lock."""
    monkeypatch.setitem(connections["default"].settings_dict["OPTIONS"], "timeout", 0.2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("with_redis", "impatient")
def test_while_the_database_is_locked_starts_are_told_so_and_leave_nothing_behind(published, editor):
    entrance, token = Entrance(), tokens.create(editor, "lane")
    assert entrance.ask(request(published["id"], token))[0].status == 202
    asked = [request(published["id"], token, idempotency_key=f"k{n}") for n in range(5)]
    with sqlite3.connect(connections["default"].settings_dict["NAME"]) as other:
        other.execute("BEGIN IMMEDIATE")
        answers = entrance.ask(*asked)
        other.rollback()
    assert [(answer.status, answer.json["code"]) for answer in answers] == [(503, "database_unavailable")] * 5
    assert entrance.long_way == 0
    assert Run.objects.count() == AuditEntry.objects.filter(action="run.start").count() == 1
    assert [answer.status for answer in entrance.ask(*asked)] == [202] * 5


@pytest.mark.xdist_group("stack")
def test_starts_in_a_web_process_that_is_killed_are_there_or_are_safe_to_repeat(stack):
    with stack.api() as api:
        workflow = _published(api)
        headers = dict(api.headers)
    answered: dict[str, str] = {}
    enough = threading.Event()
    client = httpx.Client(base_url=f"{stack.url}/api/v1/", headers=headers, timeout=30)

    def start(key):
        body = {"input": {"name": key}}
        try:
            while True:
                answer = client.post(f"workflows/{workflow}/runs", json=body, headers={"Idempotency-Key": key})
                if answer.status_code != 429:
                    break
                time.sleep(0.1)
        except httpx.TransportError:
            return
        assert answer.status_code in (200, 202), answer.text
        answered[key] = answer.json()["id"]
        if len(answered) >= ENOUGH:
            enough.set()

    keys = [f"kill-{n}" for n in range(KEYS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        tasks = [pool.submit(start, key) for key in keys]
        assert enough.wait(60), stack.logs()
        stack.kill("web")
        for task in tasks:
            task.result()
    before = dict(answered)
    assert ENOUGH <= len(before) < KEYS
    stack.start_process("web")
    stack.until_ready()
    with stack.api() as api:
        for run_id in before.values():
            assert api.get(f"runs/{run_id}").status_code == 200
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(start, keys))
    assert set(answered) == set(keys)
    assert before.items() <= answered.items()
    client.close()
    assert sorted(_runs(stack, workflow)) == sorted(answered.values())


def _published(api):
    made = api.post("workflows", json={"title": "Killed", "graph": graphs.greeting()}).raise_for_status().json()
    head = {"If-Match": '"1"'}
    api.post(f"workflows/{made['id']}/publish", json={}, headers=head).raise_for_status()
    return made["id"]


def _runs(stack, workflow):
    with stack.api() as api:
        found, link, params = [], "runs", {"workflow": workflow, "limit": 500}
        while link:
            page = api.get(link, params=params).raise_for_status().json()
            found += [row["id"] for row in page["results"]]
            link, params = page["next"], None
        return found
