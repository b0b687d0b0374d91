"""Who may do what with a contract: each route, asked by everybody there is."""

import json

import pytest
from django.db import transaction
from django.test import Client

from agentcluster.security import tokens
from agentcluster.streams import rejected
from agentcluster.streams.connections import sync_client
from agents.contracts.models import Contract
from agents.contracts.system import register_system
from designer.models import AuditEntry

AVRO = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}'
NEXT = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"a","type":"int","default":0}]}'
NAME = "orders.created.v1"
URL = f"/api/v1/contracts/{NAME}"
ROOT = "/contracts/confluent"
MEDIA = "application/vnd.schemaregistry.v1+json"
EVERYBODY = ("nobody", "viewer", "member", "other_editor", "editor", "staff", "binder", "administrator")
READERS = EVERYBODY[1:]
CHANGERS = ("editor", "staff", "binder", "administrator")
OPERATORS = ("staff", "binder", "administrator")
MEMBERS = ("member", *CHANGERS)


@pytest.fixture
def contract(api, redis_url):
    """A contract of the project ``sales`` that a message broke."""
    made = api.post(f"{URL}/versions", {"schema": AVRO, "schema_type": "AVRO"})
    assert made.status_code == 201, made.content
    client = sync_client(redis_url)
    rejected.clear(client, [NAME])
    entry = {"at": 1, "side": "send", "subject": NAME, "payload": "the secret", "errors": []}
    client.xadd(f"contracts:{{{NAME}}}:rejected", {"d": json.dumps(entry)})
    client.hincrby("contracts:rejected", NAME, 1)
    yield made.json()
    rejected.clear(client, [NAME])
    client.close()


@pytest.fixture
def ask(request, client_of):
    """Return how a route answers somebody; what it changes is undone, but for Redis."""

    def send(who, method, path, body=None):
        user = None if who == "nobody" else request.getfixturevalue(who)
        with transaction.atomic():
            answer = getattr(client_of(user), method)(path, body)
            transaction.set_rollback(True)
        return answer

    return send


CHECK, DIFF, REJECTED = f"{URL}/check", f"{URL}/diff?old=1&new=1", f"{URL}/rejected"
OURS = [
    ("get", "/api/v1/contracts", None, READERS, 200),
    ("get", URL, None, READERS, 200),
    ("get", f"{URL}/versions/1", None, READERS, 200),
    ("get", DIFF, None, READERS, 200),
    ("get", "/api/v1/rejected-messages", None, READERS, 200),
    ("post", CHECK, {"schema": NEXT}, READERS, 200),
    ("post", f"{URL}/versions", {"schema": AVRO}, READERS, 200),
    ("post", f"{URL}/versions", {"schema": NEXT}, CHANGERS, 201),
    ("patch", URL, {"compatibility": "FULL"}, CHANGERS, 200),
    ("patch", URL, {"mode": "READONLY"}, CHANGERS, 200),
    ("patch", URL, {"pattern": "orders.*.v1"}, OPERATORS, 200),
    ("patch", URL, {"pattern": ""}, OPERATORS, 200),
    ("patch", URL, {"pattern": "agent.text.input"}, OPERATORS, 200),
    ("patch", URL, {"project": ""}, OPERATORS, 200),
    ("get", REJECTED, None, MEMBERS, 200),
    ("delete", REJECTED, None, CHANGERS, 204),
    ("delete", URL, None, CHANGERS, 204),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed", "status"), OURS, ids=[f"{row[0]} {row[1]} {row[2]}" for row in OURS]
)
def test_our_routes(ask, contract, method, path, body, allowed, status):
    for who in EVERYBODY:
        answer = ask(who, method, path, body)
        expected = status if who in allowed else 401 if who == "nobody" else 403
        assert answer.status_code == expected, (who, answer.content)
        assert expected < 300 or "the secret" not in answer.content.decode()


@pytest.fixture
def ask_dialect(request):
    """The same of the Confluent dialect."""

    def send(who, method, path, body=None):
        headers = {}
        if who != "nobody":
            headers["authorization"] = f"Bearer {tokens.create(request.getfixturevalue(who), 'test')}"
        sent = {} if body is None else {"data": json.dumps(body), "content_type": MEDIA}
        with transaction.atomic():
            answer = getattr(Client(headers=headers), method)(ROOT + path, **sent)
            transaction.set_rollback(True)
        return answer

    return send


THEIRS = [
    ("get", "/subjects", None, READERS),
    ("get", f"/subjects/{NAME}/versions", None, READERS),
    ("get", f"/subjects/{NAME}/versions/1/schema", None, READERS),
    ("post", f"/subjects/{NAME}", {"schema": AVRO}, READERS),
    ("post", f"/compatibility/subjects/{NAME}/versions", {"schema": NEXT}, READERS),
    ("post", f"/subjects/{NAME}/versions", {"schema": AVRO}, READERS),
    ("post", f"/subjects/{NAME}/versions", {"schema": NEXT}, CHANGERS),
    ("post", "/subjects/new.v1/versions", {"schema": AVRO}, ("other_editor", *CHANGERS)),
    ("put", f"/config/{NAME}", {"compatibility": "NONE"}, CHANGERS),
    ("put", f"/mode/{NAME}", {"mode": "READONLY"}, CHANGERS),
    ("put", "/config", {"compatibility": "NONE"}, ("administrator",)),
    ("delete", f"/subjects/{NAME}/versions/1", None, CHANGERS),
    ("delete", f"/subjects/{NAME}", None, CHANGERS),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"), THEIRS, ids=[f"{row[0]} {row[1]} {row[2]}" for row in THEIRS]
)
def test_the_dialects_routes(ask_dialect, contract, method, path, body, allowed):
    for who in EVERYBODY:
        answer = ask_dialect(who, method, path, body)
        expected = 200 if who in allowed else 401 if who == "nobody" else 403
        assert answer.status_code == expected, (who, answer.content)


@pytest.mark.parametrize("name", ["billing.paid.v1", "billing.paid.v1-value", "agent.text.input", "agent.text.output"])
@pytest.mark.parametrize("dialect", [False, True])
def test_what_an_editor_registers_is_bound_to_nothing(editor, api, staff, client_of, name, dialect):
    if dialect:
        client = Client(headers={"authorization": f"Bearer {tokens.create(editor, 'c')}"})
        sent = client.post(f"{ROOT}/subjects/{name}/versions", json.dumps({"schema": AVRO}), "application/json")
        assert sent.status_code == 200, sent.content
    else:
        assert api.post(f"/api/v1/contracts/{name}/versions", {"schema": AVRO}).status_code == 201
    row = api.get(f"/api/v1/contracts/{name}").json()
    assert (row["pattern"], row["project"]) == ("", "sales")
    assert row["may"] == {"change": True, "bind": False, "see_rejected": True}
    bound = client_of(staff).patch(f"/api/v1/contracts/{name}", {"pattern": name.removesuffix("-value")})
    assert bound.json()["pattern"] == name.removesuffix("-value")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("a.v1", "a.v1"),
        ("a.v1-value", "a.v1"),
        ("plain", ""),
        ("agent.text.input", "agent.text.input"),
        ("agent.text.invoke.v1", ""),
        ("node.x", ""),
    ],
)
def test_what_staff_register_is_bound_to_its_name(staff, client_of, name, pattern):
    client = client_of(staff)
    assert client.post(f"/api/v1/contracts/{name}/versions", {"schema": AVRO}).status_code == 201
    row = client.get(f"/api/v1/contracts/{name}").json()
    assert (row["pattern"], row["project"]) == (pattern, None)


def test_a_deleted_contract_is_bound_to_nothing_when_it_comes_back(admin_api, api, contract):
    assert admin_api.patch(URL, {"pattern": NAME}).json()["pattern"] == NAME
    assert api.delete(URL).status_code == 204
    assert Contract.objects.get(name=NAME).pattern == ""
    assert api.post(f"{URL}/versions", {"schema": AVRO}).status_code == 201
    assert api.get(URL).json()["pattern"] == ""


def test_who_takes_a_name_that_was_deleted_for_good_sees_nothing_of_before(
    admin_api, client_of, other_editor, contract
):
    assert admin_api.delete(URL).status_code == 204
    assert admin_api.delete(f"{ROOT}/subjects/{NAME}?permanent=true").status_code == 200
    theirs = client_of(other_editor)
    assert theirs.post(f"{URL}/versions", {"schema": AVRO}).status_code == 201
    assert theirs.get(REJECTED).json() == {"next": None, "previous": None, "results": [], "count": 0}


def test_a_contract_is_given_to_another_project(api, admin_api, client_of, other_editor, contract):
    unknown = admin_api.patch(URL, {"project": "nowhere"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "/project")
    assert admin_api.patch(URL, {"project": "other"}).json()["project"] == "other"
    assert api.post(f"{URL}/versions", {"schema": NEXT}).status_code == 403
    assert api.get(REJECTED).status_code == 403
    assert api.get(URL).json()["project"] is None
    assert client_of(other_editor).post(f"{URL}/versions", {"schema": NEXT}).status_code == 201
    entry = AuditEntry.objects.filter(action="contract.give").get()
    assert (entry.project.slug, entry.data) == ("other", {"before": "sales", "after": "other"})


def test_a_new_contract_names_its_project(api, client_of, other_editor, member):
    wrong = api.post("/api/v1/contracts/x.v1/versions", {"schema": AVRO, "project": "other"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "/project")
    assert client_of(member).post("/api/v1/contracts/x.v1/versions", {"schema": AVRO}).status_code == 403
    assert api.post("/api/v1/contracts/x.v1/versions", {"schema": AVRO, "project": "sales"}).status_code == 201
    theirs = client_of(other_editor).post("/api/v1/contracts/x.v1/versions", {"schema": NEXT, "project": "other"})
    assert theirs.status_code == 403


def test_what_cannot_be_done_whole_is_not_done_at_all(admin_api, contract):
    refused = admin_api.patch(URL, {"pattern": "orders.>", "compatibility": "FULL", "project": "nowhere"})
    assert refused.status_code == 400
    row = admin_api.get(URL).json()
    assert (row["pattern"], row["compatibility"]) == ("", "BACKWARD")


def test_counts_of_rejected_messages_are_told_to_those_who_may_see_them(ask, contract):
    for who in READERS:
        found = ask(who, "get", "/api/v1/rejected-messages").json()["results"]
        assert found == ([{"contract": NAME, "count": 1}] if who in MEMBERS else []), who


def test_contracts_with_rejected_messages_are_found(api, contract):
    assert api.post("/api/v1/contracts/fine.v1/versions", {"schema": AVRO}).status_code == 201
    listed = api.get("/api/v1/contracts?rejected=true").json()["results"]
    assert [row["name"] for row in listed] == [NAME]


def test_what_was_rejected_of_the_systems_own_messages_is_the_operators(client_of, request, db):
    name = "agent.invoke.v1"
    register_system()
    path = f"/api/v1/contracts/{name}/rejected"
    for who in READERS:
        client = client_of(request.getfixturevalue(who))
        expected = (200, 204) if who in OPERATORS else (403, 403)
        assert (client.get(path).status_code, client.delete(path).status_code) == expected, who
