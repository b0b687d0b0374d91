"""Export, import and compare over REST."""

import jsonschema
import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agentcluster.security.models import Role
from designer.ascode.document import MAX_BYTES
from designer.models import AuditEntry, Workflow
from designer.triggers.models import Trigger
from tests.integration.api import graphs

IMPORT = "/api/v1/workflows/import"
DOCUMENT = """\
schema: agentcluster.workflow/v1
name: orders
title: Orders
nodes:
- {kind: start, id: start}
- kind: transform
  id: sum
  output: ${ 1 + 1 }
- {kind: end, id: end}
edges:
- {source: start, target: sum}
- {source: sum, target: end}
"""


def send(api, text, kind="application/yaml", **query):
    path = IMPORT + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return api.generic("POST", path, text.encode(), content_type=kind)


def exported(api, workflow_id, **query):
    answer = api.get(f"/api/v1/workflows/{workflow_id}/export", query)
    assert answer.status_code == 200, answer.content
    return answer


@pytest.fixture
def orders(api, registry):
    answer = send(api, DOCUMENT)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_document_makes_a_workflow_and_then_changes_nothing(api, orders):
    assert (orders["outcome"], orders["problems"]) == ("created", [])
    assert orders["workflow"]["project"] == "sales"
    again = send(api, DOCUMENT).json()
    assert (again["outcome"], again["text"], again["workflow"]["draft_revision"]) == ("unchanged", "", 1)
    assert AuditEntry.objects.filter(action="workflow.apply").count() == 1


def test_what_is_exported_is_taken_back(api, workflow):
    for form in ("yaml", "json"):
        text = exported(api, workflow["id"], format=form).content.decode()
        assert send(api, text, "text/plain").json()["outcome"] == "unchanged"
        assert send(api, text, "application/json" if form == "json" else "application/yaml").status_code == 200
    copy = send(api, text.replace('"greet"', '"copy"', 1), "application/json").json()
    assert copy["outcome"] == "created"
    row = Workflow.objects.get(pk=copy["workflow"]["id"])
    assert (
        exported(api, row.pk).content.decode().replace("copy", "greet", 1)
        == exported(api, workflow["id"]).content.decode()
    )


def test_the_yaml_is_named_and_knows_its_schema(api, workflow):
    answer = exported(api, workflow["id"])
    assert answer["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="greet.workflow.yaml"'
    first, text = answer.content.decode().split("\n", 1)
    assert first == "# yaml-language-server: $schema=http://testserver/api/schema/workflow.json"
    schema = Client().get("/api/schema/workflow.json")
    assert schema.status_code == 200
    jsonschema.validate(yaml.safe_load(text), schema.json())


def test_a_dry_run_says_what_would_change(api, orders):
    changed = DOCUMENT.replace("1 + 1", "1 + 2").replace("title: Orders", "title: All orders")
    answer = send(api, changed, dry_run="true").json()
    assert answer["outcome"] == "updated"
    assert answer["changes"]["about"] == [
        {"path": "/title", "what": "changed", "before": "Orders", "after": "All orders"}
    ]
    (node,) = answer["changes"]["nodes"]
    assert (node["id"], node["what"], node["fields"][0]["path"]) == ("sum", "changed", "/output")
    assert "-  output: ${ 1 + 1 }\n+  output: ${ 1 + 2 }\n" in answer["text"]
    assert Workflow.objects.get(name="orders").draft_revision == 1
    assert send(api, DOCUMENT.replace("name: orders", "name: other"), dry_run="true").json()["workflow"] is None
    bare = "schema: agentcluster.workflow/v1\nnodes: [{kind: start, id: start}]"
    assert send(api, bare, dry_run="true").json()["graph"]["nodes"] == [{"kind": "start", "id": "start"}]


def test_a_newer_draft_is_not_overwritten_unasked(api, orders):
    workflow_id = orders["workflow"]["id"]
    first = DOCUMENT.replace("1 + 1", "1 + 2")
    assert send(api, first).json()["workflow"]["draft_revision"] == 2
    page = {"graph": graphs.greeting()}
    assert api.put(f"/api/v1/workflows/{workflow_id}/draft", page, headers={"If-Match": '"2"'}).status_code == 200
    refused = send(api, DOCUMENT)
    assert (refused.status_code, refused.json()["code"]) == (412, "draft_conflict")
    assert (refused.json()["revision"], refused.json()["updated_by"]) == (3, "ada")
    assert Workflow.objects.get(pk=workflow_id).draft_revision == 3
    newest = exported(api, workflow_id).content.decode()
    assert send(api, newest.replace("Hello", "Good day")).json()["outcome"] == "updated"
    assert send(api, newest.replace("Hello", "Good evening")).json()["outcome"] == "updated"
    api.put(f"/api/v1/workflows/{workflow_id}/draft", page, headers={"If-Match": '"5"'})
    api.put(f"/api/v1/workflows/{workflow_id}/draft", {"graph": graphs.never_answered()}, headers={"If-Match": '"6"'})
    assert send(api, newest.replace("Hello", "Bye")).status_code == 412
    assert send(api, newest.replace("Hello", "Bye"), force="true").json()["outcome"] == "updated"


def test_problems_are_told_with_their_place_and_nothing_is_saved(api, orders):
    broken = DOCUMENT.replace("1 + 1", "steps.nowhere.x")
    refused = send(api, broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "graph_problems")
    (problem,) = [each for each in refused.json()["problems"] if each["severity"] == "error"]
    assert (problem["node"], problem["line"], problem["column"]) == ("sum", 8, 3)
    assert Workflow.objects.get(name="orders").draft_revision == 1
    assert send(api, broken, allow_problems="true").json()["outcome"] == "updated"
    assert send(api, broken, allow_problems="true", publish="true").status_code == 422


@pytest.mark.parametrize(
    ("text", "status", "code", "place"),
    [
        (DOCUMENT + "colour: red\n", 400, "invalid_document", (13, 1)),
        (DOCUMENT.replace("id: sum", "id: [sum]"), 400, "invalid_document", (7, 3)),
        (DOCUMENT + "  - x", 400, "invalid_document", (13, 3)),
        ("", 400, "bad_input", None),
        (" ", 400, "invalid_document", (1, 1)),
        (DOCUMENT.replace("name: orders\n", ""), 400, "invalid_document", (1, 1)),
        ("#" * (MAX_BYTES + 1), 413, "too_large", None),
        (DOCUMENT + "triggers:\n- {kind: cron, name: a, config: {cron: never}}\n", 400, "invalid_document", (14, 34)),
        (DOCUMENT + "triggers:\n- {kind: cron, name: a, version: 7, config: {every_s: 60}}\n", 400, "invalid_document", (14, 25)),
        (DOCUMENT + "triggers:\n- {kind: webhook, name: a, secret: x}\n", 400, "invalid_document", (14, 28)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where(api, registry, text, status, code, place):
    answer = send(api, text)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    if place:
        (told,) = answer.json()["errors"]
        assert (told["line"], told["column"]) == place
    assert not Workflow.objects.exists()


def test_a_form_with_a_file_is_taken(api, registry):
    file = SimpleUploadedFile("orders.yaml", DOCUMENT.encode())
    assert api.post(IMPORT, {"file": file}, format="multipart").status_code == 201
    assert api.post(IMPORT, {"other": "x"}, format="multipart").json()["code"] == "bad_input"


def test_applying_may_publish(api, orders):
    answer = send(api, DOCUMENT, publish="true", note="First").json()
    assert (answer["outcome"], answer["version"], answer["published"]) == ("unchanged", 1, True)
    assert send(api, DOCUMENT, publish="true").json()["published"] is False
    workflow_id = orders["workflow"]["id"]
    version = exported(api, workflow_id, version="1", format="json").json()
    assert "base" not in version
    assert api.get(f"/api/v1/workflows/{workflow_id}/export?version=9").status_code == 404
    assert api.get(f"/api/v1/workflows/{workflow_id}/export?version=x").status_code == 400
    assert api.get(f"/api/v1/workflows/{workflow_id}/export?format=xml").json()["code"] == "bad_input"


def test_triggers_come_along_without_their_secrets(api, with_redis, orders):
    listed = (
        DOCUMENT
        + "triggers:\n- kind: webhook\n  name: Order placed\n- kind: cron\n  name: no\n  config: {every_s: 60}\n"
    )
    answer = send(api, listed).json()
    made = {each["name"]: each for each in answer["triggers"]}
    assert {name: each["outcome"] for name, each in made.items()} == {"Order placed": "created", "no": "created"}
    assert made["Order placed"]["secret"].startswith("whsec_")
    text = exported(api, orders["workflow"]["id"]).content.decode()
    assert "whsec" not in text
    assert Trigger.objects.get(name="Order placed").public_id not in text
    assert "- kind: cron\n  name: 'no'\n  config:\n    every_s: 60\n" in text
    assert send(api, text).json()["outcome"] == "unchanged"
    assert send(api, DOCUMENT).json()["outcome"] == "unchanged", "a document that lists no triggers leaves them alone"
    fewer = DOCUMENT + "triggers:\n- {kind: cron, name: 'no', config: {every_s: 90}, enabled: false}\n"
    changed = send(api, fewer).json()
    assert {each["name"]: each["outcome"] for each in changed["triggers"]} == {"no": "updated"}
    assert Trigger.objects.count() == 2
    assert not Trigger.objects.get(name="no").enabled
    pruned = send(api, fewer, prune="true").json()
    assert {each["name"]: each["outcome"] for each in pruned["triggers"]} == {
        "no": "unchanged",
        "Order placed": "deleted",
    }
    other = DOCUMENT + "triggers:\n- {kind: webhook, name: 'no'}\n"
    assert send(api, other).json()["errors"][0]["code"] == "other_kind"


def test_order_alone_is_no_change(api, orders):
    nodes = "- {kind: end, id: end}\n"
    other = DOCUMENT.replace(nodes, "").replace("nodes:\n", f"nodes:\n{nodes}") + "triggers: []\n"
    answer = send(api, other, dry_run="true").json()
    assert (answer["outcome"], answer["text"]) == ("unchanged", "")
    side = "- {kind: note, id: n, text: b}\n- {kind: note, id: m, text: a}\n"
    first = DOCUMENT.replace("nodes:\n", f"nodes:\n{side}")
    second = DOCUMENT.replace("edges:\n", f"{''.join(reversed(side.splitlines(keepends=True)))}edges:\n")
    send(api, first)
    changed = send(api, second.replace("1 + 1", "1 + 2"), dry_run="true").json()["text"]
    moved = [line for line in changed.splitlines()[2:] if line[0] in "+-"]
    assert moved == ["-  output: ${ 1 + 1 }", "+  output: ${ 1 + 2 }"]


def test_versions_and_the_draft_are_compared(api, published):
    path = f"/api/v1/workflows/{published['id']}/diff"
    assert api.get(path).json()["text"] == "", "what publishing pins is no difference"
    draft = {"graph": graphs.with_agent()}
    api.put(f"/api/v1/workflows/{published['id']}/draft", draft, headers={"If-Match": '"1"'})
    answer = api.get(path).json()
    assert (answer["from"], answer["to"]) == ("1", "draft")
    assert {node["id"]: node["what"] for node in answer["changes"]["nodes"]} == {
        "say": "added", "greet": "removed", "start": "changed", "end": "changed",
    }  # fmt: skip
    assert answer["text"].startswith("--- greet (version 1)\n+++ greet (draft)\n")
    assert "+  version: " in answer["text"]
    assert api.get(path, {"from": "draft", "to": "draft"}).json()["text"] == ""
    assert api.get(path, {"from": "x"}).status_code == 400


def test_without_a_version_there_is_nothing_to_compare(api, workflow):
    assert api.get(f"/api/v1/workflows/{workflow['id']}/diff").json()["code"] == "not_published"


def test_rights_are_heeded(client_of, member, orders):
    viewer = client_of(member(Role.VIEWER, "vera"))
    stranger = client_of(member(None, "sid"))
    path = f"/api/v1/workflows/{orders['workflow']['id']}"
    changed = DOCUMENT.replace("1 + 1", "2")
    assert viewer.get(f"{path}/export").status_code == 200
    assert send(viewer, changed, dry_run="true").json()["outcome"] == "updated"
    assert send(viewer, changed).status_code == 403
    for call in ("export", "diff"):
        assert stranger.get(f"{path}/{call}").status_code == 404
    assert send(stranger, changed, project="sales").status_code == 400
    assert Client().get(f"{path}/export").status_code == 401
    assert Client().post(IMPORT).status_code == 401
