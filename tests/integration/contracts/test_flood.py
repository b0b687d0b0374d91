"""Many who have schemas checked at once: anybody with an account may, so it is bounded."""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from agentcluster.security import tokens
from agents.contracts import gate

NAME = "flood.v1"
FIELDS = "".join(f"int32 f{number} = {number};" for number in range(1, 9000))
PROTO = f'syntax = "proto3"; message Order {{ {FIELDS} }}'
AVRO = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}'
CHECK = f"/api/v1/contracts/{NAME}/check"


@pytest.fixture
def full():
    """As if as many schemas were being tried out as may be."""
    with gate.TRIALS.place(), gate.TRIALS.place():
        yield


def running() -> int:
    """Return how many protoc processes there are below this one."""
    found = 0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found += "grpc_tools.protoc" in child.cmdline()
    return found


def test_a_flood_runs_few_processes_and_each_is_answered(live_server, viewer):
    headers = {"Authorization": f"Bearer {tokens.create(viewer, 'flood')}"}
    most, done = 0, threading.Event()

    def watch():
        nonlocal most
        while not done.wait(0.005):
            most = max(most, running())

    def send(_):
        body = {"schema": PROTO, "schema_type": "PROTOBUF"}
        with httpx.Client(timeout=60) as client:
            return client.post(live_server.url + CHECK, json=body, headers=headers)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with ThreadPoolExecutor(24) as pool:
            answers = [*pool.map(send, range(48))]
    finally:
        done.set()
        watcher.join()
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert sum(answer.status_code == 200 for answer in answers) >= 2
    assert all(answer.headers["Retry-After"] == "2" for answer in answers if answer.status_code == 429)
    assert 1 <= most <= 2


@pytest.mark.usefixtures("full")
def test_who_comes_in_vain_is_told_when_to_come_back(api):
    answer = api.post(CHECK, {"schema": AVRO})
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (429, "too_many_checks", "2")
    path = f"/contracts/confluent/compatibility/subjects/{NAME}/versions"
    told = api.post(path, json.dumps({"schema": AVRO}), content_type="application/json")
    assert (told.status_code, told.json()["error_code"], told["Retry-After"]) == (429, 42901, "2")


@pytest.mark.usefixtures("full")
def test_nobody_is_kept_from_registering(api):
    made = api.post(
        f"/api/v1/contracts/{NAME}/versions",
        {"schema": 'syntax = "proto3"; message A { int32 a = 1; }', "schema_type": "PROTOBUF"},
    )
    assert made.status_code == 201, made.content


def test_places_are_given_back_after_a_failure(api):
    for _ in range(5):
        assert api.post(CHECK, {"schema": "nonsense"}).status_code == 422
    assert api.post(CHECK, {"schema": AVRO}).status_code == 200


def test_a_schema_that_is_too_long_starts_nothing(api):
    answer = api.post(CHECK, {"schema": PROTO + " " * 300_000, "schema_type": "PROTOBUF"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_schema")
