"""Contracts in the whole system: a workflow emits, a trigger takes it, what breaks the contract is kept and told."""

import asyncio
import json
from collections.abc import Iterator
from io import BytesIO

import fastavro
import nats
import pytest

from agentcluster.subjects import CONTRACT_ALERT
from tests.integration.triggers.stack import until
from tests.stack import Stack

pytestmark = pytest.mark.xdist_group("contract-stack")

AVRO = """{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "long"}, {"name": "name", "type": "string"}, {"name": "note", "type": "string", "default": ""}]}"""
PROTO = 'syntax = "proto3"; package shop; message Order { int32 id = 1; string name = 2; }'


@pytest.fixture(scope="module")
def live() -> Iterator[Stack]:
    with Stack(also=("triggers",)) as stack:
        yield stack


@pytest.fixture(scope="module")
def api(live):
    with live.api() as client:
        yield client


def register(api, name, schema_type, schema):
    answer = api.post(f"contracts/{name}/versions", json={"schema": schema, "schema_type": schema_type})
    assert answer.status_code == 201, answer.text
    return answer.json()["schema_id"]


def emitting(subject, payload):
    return {
        "schema": "agentcluster.workflow/v1",
        "nodes": [
            {"kind": "start", "id": "start", "schema": {"type": "object", "properties": {"id": {}, "name": {}}}},
            {"kind": "emit", "id": "tell", "input": {"subject": subject, "payload": payload}},
            {"kind": "end", "id": "end"},
        ],
        "edges": [{"source": "start", "target": "tell"}, {"source": "tell", "target": "end"}],
    }


TAKING = {
    "schema": "agentcluster.workflow/v1",
    "nodes": [
        {"kind": "start", "id": "start", "schema": {"type": "object", "properties": {"name": {"type": "string"}}}},
        {"kind": "end", "id": "end", "output": {"name": "${ input.name }"}},
    ],
    "edges": [{"source": "start", "target": "end"}],
}


def published(api, graph, title="Flow"):
    made = api.post("workflows", json={"title": title, "graph": graph}).raise_for_status().json()
    answer = api.post(f"workflows/{made['id']}/publish", json={}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.text
    return made["id"]


def run(api, workflow, **given):
    made = api.post(f"workflows/{workflow}/runs", json={"input": given}).raise_for_status().json()

    def ended():
        found = api.get(f"runs/{made['id']}").json()
        return found if found["status"] in ("completed", "failed") else None

    return until(ended, 30)


def heard(live, subjects, work):
    """Return what came on the subjects while ``work`` was done."""

    async def listen():
        found = []
        client = await nats.connect(live.services.nats_url)

        async def note(message):
            found.append(message)

        try:
            for subject in subjects:
                await client.subscribe(subject, cb=note)
            await client.flush()
            await asyncio.to_thread(work)
            await asyncio.sleep(0.5)
        finally:
            await client.drain()
        return found

    return asyncio.run(listen())


def send(live, subject, data):
    async def publish():
        client = await nats.connect(live.services.nats_url)
        await client.publish(subject, data)
        await client.drain()

    asyncio.run(publish())


@pytest.mark.parametrize(("kind", "schema"), [("AVRO", AVRO), ("PROTOBUF", PROTO)])
def test_a_message_travels_as_its_contract_says_and_a_broken_one_is_rejected(live, api, kind, schema):
    subject = f"orders.{kind.lower()}.v1"
    schema_id = register(api, subject, kind, schema)
    emitter = published(api, emitting(subject, {"id": "${ input.id }", "name": "${ input.name }"}))
    taker = published(api, TAKING)
    trigger = api.post(
        f"workflows/{taker}/triggers",
        json={"kind": "nats", "name": "Orders", "config": {"subject": subject}, "input": {"name": "${ body.name }"}},
    )
    assert trigger.status_code == 201, trigger.text
    ended = []
    until(lambda: run(api, emitter, id=1, name="first")["status"] == "completed" and runs(api, taker), 30)

    messages = heard(live, [subject], lambda: ended.append(run(api, emitter, id=7, name="Ada")))
    assert ended[0]["status"] == "completed"
    assert messages[0].data[:5] == b"\0" + schema_id.to_bytes(4, "big")
    assert messages[0].headers["Schema-Subject"] == subject
    assert messages[0].headers["Schema-Version"] == "1.0.0"
    assert messages[0].headers["traceparent"].startswith("00-")
    if kind == "AVRO":
        read = fastavro.schemaless_reader(
            BytesIO(messages[0].data[5:]), fastavro.parse_schema(json.loads(schema)), None
        )
        assert read == {"id": 7, "name": "Ada", "note": ""}
    else:
        assert messages[0].data[5:] == b"\0\x08\x07\x12\x03Ada"
    until(lambda: "Ada" in names(api, taker))

    alerts = heard(live, [CONTRACT_ALERT, subject], lambda: ended.append(run(api, emitter, id="seven", name="Eve")))
    assert ended[1]["status"] == "failed"
    assert ended[1]["error"]["code"] == "contract_broken"
    assert "/id" in ended[1]["error"]["message"]
    assert [message.subject for message in alerts] == [CONTRACT_ALERT]
    alert = json.loads(alerts[0].data)
    assert (alert["contract"], alert["message"]) == (subject, "/id does not fit")
    kept = api.get(f"contracts/{subject}/rejected").json()
    assert kept["count"] == 1
    assert json.loads(kept["results"][0]["payload"]) == {"id": "seven", "name": "Eve"}
    assert kept["results"][0]["errors"][0]["field"] == "/id"
    assert api.get(f"contracts/{subject}").json()["rejected"] == 1

    send(live, subject, b'{"id": 9, "name": "Mallory"}')
    until(lambda: api.get(f"contracts/{subject}/rejected").json()["count"] >= 2)
    newest = api.get(f"contracts/{subject}/rejected").json()["results"][0]
    assert newest["side"] == "deliver"
    firings = api.get(f"triggers/{trigger.json()['id']}/firings").json()["results"]
    assert "contract_broken" in {firing["code"] for firing in firings}
    assert "Mallory" not in names(api, taker)


def test_json_contracts_take_plain_json_and_old_versions(live, api):
    subject = "notes.json.v1"
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    register(api, subject, "JSON", json.dumps(schema | {"additionalProperties": False}))
    taker = published(api, TAKING)
    made = api.post(f"workflows/{taker}/triggers", json={"kind": "nats", "name": "n", "config": {"subject": subject}})
    assert made.status_code == 201, made.text

    def came():
        send(live, subject, b'{"name": "Ada"}')
        return "Ada" in names(api, taker)

    until(came, 20, 0.5)
    send(live, subject, b'{"name": 7}')
    until(lambda: api.get(f"contracts/{subject}/rejected").json()["count"])


def test_a_workflow_or_trigger_that_cannot_fit_is_refused(live, api):
    subject = "orders.static.v1"
    register(api, subject, "AVRO", AVRO)
    made = api.post(
        "workflows", json={"title": "Wrong", "graph": emitting(subject, {"id": "${ input.id }", "nme": "x"})}
    ).json()
    answer = api.post(f"workflows/{made['id']}/publish", json={}, headers={"If-Match": '"1"'})
    assert answer.status_code == 422, answer.text
    problems = {problem["field"]: problem["message"] for problem in answer.json()["problems"]}
    assert {"/input/payload/name", "/input/payload/nme"} <= problems.keys()
    taker = published(api, TAKING)
    refused = api.post(
        f"workflows/{taker}/triggers",
        json={"kind": "nats", "name": "n", "config": {"subject": subject}, "input": {"name": "${ body.nam }"}},
    )
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "contract_mismatch"


def test_an_agents_input_is_held_to_its_contract(live, api):
    schema = {"type": "object", "properties": {"action": {"const": "split"}}, "required": ["action"]}
    register(api, "agent.text.input", "JSON", json.dumps(schema))
    graph = {
        "schema": "agentcluster.workflow/v1",
        "nodes": [
            {"kind": "start", "id": "start"},
            {
                "kind": "agent",
                "id": "work",
                "agent": "text",
                "input": {"action": "template", "template": "x", "values": {}},
            },
            {"kind": "end", "id": "end"},
        ],
        "edges": [{"source": "start", "target": "work"}, {"source": "work", "target": "end"}],
    }
    workflow = published(api, graph)
    until(lambda: run(api, workflow)["status"] == "failed", 30)
    assert run(api, workflow)["error"]["code"] == "contract_broken"
    api.delete("contracts/agent.text.input")
    until(lambda: run(api, workflow)["status"] == "completed", 30)


def runs(api, workflow):
    listed = api.get("runs", params={"workflow": workflow, "limit": 500}).raise_for_status().json()["results"]
    return [api.get(f"runs/{each['id']}").json() for each in listed]


def names(api, workflow):
    return {each["input"].get("name") for each in runs(api, workflow)}
