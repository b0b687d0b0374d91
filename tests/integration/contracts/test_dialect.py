"""The dialect's errors and logins, as clients of any language see them."""

import base64
import json

import pytest
from django.test import Client

from agentcluster.security import tokens

ROOT = "/contracts/confluent"
AVRO = json.dumps({"schema": '"string"'})
MEDIA = "application/vnd.schemaregistry.v1+json"


@pytest.fixture
def call(editor):
    secret = tokens.create(editor, "client")
    given = base64.b64encode(f"ada:{secret}".encode()).decode()

    def ask(method, path, body=None, **headers):
        headers = {"authorization": f"Basic {given}", **headers}
        data = {"data": body, "content_type": MEDIA} if body is not None else {}
        return getattr(Client(headers=headers), method)(ROOT + path, **data)

    return ask


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("get", "/subjects/none/versions", None, 404, 40401),
        ("get", "/subjects/a.b/versions/7", None, 404, 40402),
        ("get", "/subjects/a.b/versions/x", None, 422, 42202),
        ("get", "/subjects/a.b/versions/0", None, 422, 42202),
        ("get", "/schemas/ids/99999", None, 404, 40403),
        ("post", "/subjects/a.b", '{"schema": "\\"long\\""}', 404, 40403),
        ("post", "/subjects/a.b/versions", '{"schema": "nonsense"}', 422, 42201),
        ("post", "/subjects/a.b/versions", '{"schema": 7}', 422, 42201),
        ("post", "/subjects/a.b/versions", '{"schema": "{}", "schemaType": "XML"}', 422, 42201),
        ("post", "/subjects/a.b/versions", '{"schema": "\\"long\\"", "references": 7}', 422, 42201),
        ("post", "/subjects/a.b/versions", "[]", 422, 42201),
        ("post", "/subjects/a.b/versions", "{", 422, 42201),
        ("post", "/subjects/a.b/versions", '{"schema": "\\"int\\""}', 409, 409),
        ("put", "/config/a.b", '{"compatibility": "SIDEWAYS"}', 422, 42203),
        ("put", "/mode/a.b", '{"mode": "IMPORT"}', 422, 42204),
        ("get", "/config/a.b", None, 404, 40408),
        ("get", "/mode/a.b", None, 404, 40409),
        ("put", "/config", '{"compatibility": "NONE"}', 403, 40301),
        ("delete", "/subjects/a.b?permanent=true", None, 403, 40301),
        ("get", "/exporters", None, 404, 404),
    ],
)
def test_errors_have_the_codes_clients_know(call, method, path, body, status, code):
    assert call("post", "/subjects/a.b/versions", AVRO).status_code == 200
    answer = call(method, path, body)
    assert answer.status_code == status, answer.content
    assert answer.json()["error_code"] == code
    assert answer.json()["message"]
    assert answer["Content-Type"] == MEDIA


def test_answers_have_the_registrys_media_type(call):
    assert call("get", "/subjects")["Content-Type"] == MEDIA
    assert call("get", "/subjects", accept="application/json")["Content-Type"] == "application/json"
    assert call("get", "/schemas/types").json() == ["AVRO", "JSON", "PROTOBUF"]


def test_all_schemas_are_listed(call):
    more = json.dumps({"schema": '["string", "long"]'})
    for subject, body in (("a.b", AVRO), ("a.b", more), ("c.d", AVRO), ("a.gone", AVRO)):
        assert call("post", f"/subjects/{subject}/versions", body).status_code == 200
    assert call("delete", "/subjects/a.gone").status_code == 200

    def listed(query=""):
        return [(row["subject"], row["version"]) for row in call("get", f"/schemas{query}").json()]

    assert listed() == [("a.b", 1), ("a.b", 2), ("c.d", 1)]
    assert listed("?latestOnly=true") == [("a.b", 2), ("c.d", 1)]
    assert listed("?subjectPrefix=a.") == listed("?limit=2") == [("a.b", 1), ("a.b", 2)]
    assert listed("?subjectPrefix=:*:c") == listed("?offset=2") == [("c.d", 1)]
    assert listed("?offset=1&limit=1") == [("a.b", 2)]
    assert ("a.gone", 1) in listed("?deleted=true")
    first = call("get", "/schemas").json()[0]
    assert first == call("get", "/subjects/a.b/versions/1").json()


def test_compatibility_is_told_with_reasons(call):
    assert call("post", "/subjects/a.b/versions", AVRO).status_code == 200
    answer = call("post", "/compatibility/subjects/a.b/versions/latest?verbose=true", '{"schema": "\\"int\\""}').json()
    assert answer["is_compatible"] is False
    assert "type_changed" in answer["messages"][0]
    assert call("post", "/compatibility/subjects/new/versions", AVRO).json() == {"is_compatible": True}


def test_nobody_gets_in_without_a_token(editor, call):
    assert Client().get(f"{ROOT}/subjects").status_code == 401
    for given in ("ada:wrong", "ada", ":", "\xff"):
        text = base64.b64encode(given.encode("latin-1")).decode()
        answer = Client(headers={"authorization": f"Basic {text}"}).get(f"{ROOT}/subjects")
        assert answer.status_code == 401
        assert answer.json()["error_code"] == 40101
    bearer = {"authorization": f"Bearer {tokens.create(editor, 'other')}"}
    assert Client(headers=bearer).get(f"{ROOT}/subjects").status_code == 200


def test_a_subject_may_hold_slashes(call):
    assert call("post", "/subjects/team%2Forders/versions", AVRO).status_code == 200
    assert call("get", "/subjects").json() == ["team/orders"]
    assert call("get", "/subjects/team%2Forders/versions/latest").json()["subject"] == "team/orders"


def test_what_is_too_long_is_refused(call):
    assert call("post", "/subjects/a.b/versions", json.dumps({"schema": " " * 1_200_000})).status_code in (413, 422)
