"""Contracts over our own REST API."""

import pytest

from agentcluster.security.models import Project
from agents.contracts.models import ContractSettings
from designer.models import Workflow
from designer.triggers.models import Kind, Trigger

AVRO = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}'
AVRO_NOTE = '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"note","type":"string"}]}'
AVRO_NOTE_DEFAULT = AVRO_NOTE.replace('"type":"string"}', '"type":"string","default":""}')
NAME = "orders.created.v1"
URL = f"/api/v1/contracts/{NAME}"


@pytest.fixture
def contract(api):
    answer = api.post(f"{URL}/versions", {"schema": AVRO, "schema_type": "AVRO"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_version_is_registered_once(api, contract):
    assert (contract["number"], contract["version"]) == (1, "1.0.0")
    again = api.post(f"{URL}/versions", {"schema": AVRO.replace(",", ", ")})
    assert again.status_code == 200
    assert again.json()["schema_id"] == contract["schema_id"]


def test_an_incompatible_version_is_refused_with_the_reason_by_field(api, contract):
    answer = api.post(f"{URL}/versions", {"schema": AVRO_NOTE})
    assert answer.status_code == 409
    body = answer.json()
    assert body["code"] == "incompatible_schema"
    assert body["errors"] == [
        {
            "field": "/note",
            "message": "Messages of version 1 cannot be read with the new schema: the field “note” is not in them and has "
            "no default.",
            "code": "field_without_default",
        }
    ]
    assert api.get(URL).json()["versions"] == 1


def test_the_next_version_gets_a_number_that_says_what_it_is(api, admin_api, contract):
    assert api.post(f"{URL}/versions", {"schema": AVRO_NOTE_DEFAULT}).json()["version"] == "1.1.0"
    assert api.patch(URL, {"compatibility": "NONE"}).json()["compatibility"] == "NONE"
    assert (
        api.post(f"{URL}/versions", {"schema": '{"type":"record","name":"Order","fields":[]}'}).json()["version"]
        == "1.2.0"
    )
    assert api.post(f"{URL}/versions", {"schema": '"string"'}).json()["version"] == "2.0.0"
    wrong = api.post(f"{URL}/versions", {"schema": '"long"', "version": "1.5.0"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_version")
    assert [error["field"] for error in wrong.json()["errors"]] == ["/version"]
    assert api.post(f"{URL}/versions", {"schema": '"long"', "version": "3.0.0"}).json()["version"] == "3.0.0"


def test_what_a_contract_inherits_is_told_apart_from_its_own(api, contract):
    before = api.get(URL).json()
    assert (before["own_compatibility"], before["own_mode"]) == (False, False)
    assert before["for_all"] == {"compatibility": "BACKWARD", "mode": "READWRITE"}
    ContractSettings.objects.update_or_create(pk=1, defaults={"compatibility": "FULL", "mode": "READONLY"})
    api.patch(URL, {"compatibility": "FORWARD", "mode": "READWRITE"})
    own = api.get(URL).json()
    assert (own["compatibility"], own["mode"], own["own_compatibility"], own["own_mode"]) == (
        "FORWARD", "READWRITE", True, True,
    )  # fmt: skip
    assert own["for_all"] == {"compatibility": "FULL", "mode": "READONLY"}
    inherited = api.patch(URL, {"compatibility": "", "mode": ""}).json()
    assert (inherited["compatibility"], inherited["mode"], inherited["own_mode"]) == ("FULL", "READONLY", False)


def test_a_schema_is_tried_out_without_being_written(api, contract):
    answer = api.post(f"{URL}/check", {"schema": AVRO_NOTE}).json()
    assert not answer["compatible"]
    assert answer["incompatibilities"][0]["path"] == "/note"
    assert api.post(f"{URL}/check", {"schema": AVRO_NOTE, "compatibility": "FORWARD"}).json()["compatible"]
    assert api.post(f"{URL}/check", {"schema": AVRO}).json()["known_version"] == "1.0.0"
    assert api.get(URL).json()["versions"] == 1


def test_two_versions_are_compared(api, contract):
    api.post(f"{URL}/versions", {"schema": AVRO_NOTE_DEFAULT})
    answer = api.get(f"{URL}/diff?old=1&new=1.1.0").json()
    assert "added" in {line["change"] for line in answer["lines"]}
    assert answer["incompatibilities"] == []
    assert api.get(f"{URL}/diff?old=7").status_code == 404
    assert api.get(f"{URL}/diff?old=x").json()["code"] == "invalid_version"


@pytest.mark.parametrize(
    ("schema_type", "schema"),
    [
        ("AVRO", "{"),
        ("AVRO", '{"type": "recrod", "name": "a"}'),
        ("AVRO", '{"type": "array", "items": "null"}'),
        ("AVRO", "[" * 5000),
        ("JSON", '{"type": 7}'),
        ("JSON", '{"$ref": "http://169.254.169.254/latest"}'),
        ("JSON", '{"$ref": "file:///etc/passwd"}'),
        ("JSON", '{"pattern": "("}'),
        ("PROTOBUF", "message"),
        ("PROTOBUF", 'syntax = "proto3"; import "/etc/passwd"; message A {}'),
        ("PROTOBUF", 'syntax = "proto3"; message A { int32 a = 1; int32 b = 1; }'),
        ("AVRO", '"string"' + " " * 300_000),
    ],
)
def test_bad_schemas_are_refused(api, schema_type, schema):
    answer = api.post(f"{URL}/versions", {"schema": schema, "schema_type": schema_type})
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "invalid_schema"
    assert api.get(URL).status_code == 404


def test_a_schema_that_holds_itself_is_fine(api):
    text = '{"type":"record","name":"Node","fields":[{"name":"next","type":["null","Node"],"default":null}]}'
    assert api.post(f"{URL}/versions", {"schema": text}).status_code == 201
    assert api.post(f"{URL}/check", {"schema": text.replace('"next"', '"after"')}).json()["compatible"]


def test_whoever_edits_nothing_may_look_but_not_write(client_of, viewer, contract):
    theirs = client_of(viewer)
    assert theirs.get(URL).status_code == 200
    assert theirs.post(f"{URL}/versions", {"schema": AVRO_NOTE_DEFAULT}).status_code == 403
    assert theirs.patch(URL, {"mode": "READONLY"}).status_code == 403
    assert theirs.delete(URL).status_code == 403
    assert theirs.delete(f"{URL}/rejected").status_code == 403
    assert theirs.get(f"{URL}/rejected").status_code == 403
    assert client_of(None).get(URL).status_code == 401


def test_who_uses_it_is_told_of_one_s_own_projects(api, admin_api, client_of, viewer, administrator, contract):
    assert admin_api.patch(URL, {"pattern": NAME}).status_code == 200
    for slug in ("sales", "secret"):
        project, _ = Project.objects.get_or_create(slug=slug, defaults={"name": slug})
        workflow = Workflow.objects.create(project=project, name="take", title="Take")
        Trigger.objects.create(workflow=workflow, kind=Kind.NATS, name=f"of {slug}", config={"subject": NAME})

    def seen(client):
        return sorted(use["name"] for use in client.get(URL).json()["used_by"])

    assert (seen(api), seen(client_of(viewer))) == (["of sales"], [])
    assert seen(client_of(administrator)) == ["of sales", "of secret"]


def test_a_read_only_contract_takes_no_version(api, contract):
    assert api.patch(URL, {"mode": "READONLY"}).json()["mode"] == "READONLY"
    answer = api.post(f"{URL}/versions", {"schema": AVRO_NOTE_DEFAULT})
    assert (answer.status_code, answer.json()["code"]) == (422, "read_only")
    assert api.patch(URL, {"mode": ""}).json()["mode"] == "READWRITE"


def test_one_subject_follows_one_contract(admin_api):
    api = admin_api
    for name in (NAME, f"{NAME}-value", "other.v1"):
        assert api.post(f"/api/v1/contracts/{name}/versions", {"schema": AVRO}).status_code == 201
    assert api.get(f"{URL}-value").json()["pattern"] == ""
    taken = api.patch("/api/v1/contracts/other.v1", {"pattern": NAME})
    assert (taken.status_code, taken.json()["code"]) == (409, "pattern_taken")
    own = api.patch("/api/v1/contracts/other.v1", {"pattern": "agent.>"})
    assert own.status_code == 400
    assert api.patch("/api/v1/contracts/other.v1", {"pattern": "other.*.v1"}).json()["pattern"] == "other.*.v1"


def test_the_systems_own_messages_are_there_and_stay(api, contract):
    from agents.contracts.system import register_system

    assert register_system() > 8
    assert register_system() == 0
    listed = api.get("/api/v1/contracts?system=true").json()["results"]
    assert "agent.invoke.v1" in {each["name"] for each in listed}
    refused = api.post("/api/v1/contracts/agent.invoke.v1/versions", {"schema": "{}", "schema_type": "JSON"})
    assert refused.json()["code"] == "read_only"
    assert api.delete("/api/v1/contracts/agent.invoke.v1").json()["code"] == "read_only"


def test_an_agent_that_does_not_fit_its_contract_is_refused(api, admin_api):
    import msgspec

    from agents.contracts.joining import ContractMismatchError
    from agents.domain.manifest import IntentSchema
    from agents.registry.register import register
    from agents.tools import builtin

    closed = (
        '{"type":"object","properties":{"rows":{"type":"string"}},"required":["rows"],"additionalProperties":false}'
    )
    assert (
        api.post(
            "/api/v1/contracts/agent.greeter.input/versions", {"schema": closed, "schema_type": "JSON"}
        ).status_code
        == 201
    )
    bound = admin_api.patch("/api/v1/contracts/agent.greeter.input", {"pattern": "agent.greeter.input"})
    assert bound.status_code == 200, bound.content
    manifest = msgspec.structs.replace(builtin(["text"])[0], name="greeter")
    number = {"type": "object", "properties": {"rows": {"type": "integer"}}}
    with pytest.raises(ContractMismatchError) as refused:
        register(msgspec.structs.replace(manifest, intent=IntentSchema(number, manifest.intent.output)))
    assert refused.value.data["errors"][0]["field"] == "/intent/input/rows"
    text = {"type": "object", "properties": {"rows": {"type": "string"}}}
    assert register(msgspec.structs.replace(manifest, intent=IntentSchema(text, manifest.intent.output))).pk


def test_deleted_contracts_are_gone_from_the_list(api, contract):
    assert api.delete(URL).status_code == 204
    assert api.get("/api/v1/contracts?system=false").json()["results"] == []
    assert api.get(URL).json()["code"] == "unknown_contract"


def test_a_name_may_hold_slashes(api):
    made = api.post("/api/v1/contracts/team%2Forders/versions", {"schema": AVRO})
    assert made.status_code == 201, made.content
    assert api.get("/api/v1/contracts/team%2Forders").json()["name"] == "team/orders"
    assert api.get("/api/v1/contracts/team%2Forders/versions/1.0.0").json()["number"] == 1
