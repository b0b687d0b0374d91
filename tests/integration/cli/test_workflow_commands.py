"""Workflows as code on the command line: applied, compared, exported, published, deleted."""

import json

import pytest
import yaml

pytestmark = pytest.mark.xdist_group("stack")
DOCUMENT = """\
# yaml-language-server: $schema=/api/schema/workflow.json
schema: agentcluster.workflow/v1
name: NAME
title: As code
nodes:
- {kind: start, id: start}
- kind: transform
  id: sum
  output: ${ 1 + 1 }
- kind: end
  id: end
  output:
    sum: ${ steps.sum }
edges:
- {source: start, target: sum}
- {source: sum, target: end}
"""


@pytest.fixture
def name(request):
    return request.node.name.replace("_", "-")[:60]


@pytest.fixture
def document(tmp_path, name):
    path = tmp_path / "as-code.yaml"
    path.write_text(DOCUMENT.replace("NAME", name))
    return path


def change(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def apply(stack, path, *options):
    return stack.cli("workflow", "apply", "-f", str(path), *options)


def test_applying_is_idempotent(stack, document, name):
    dry = apply(stack, document, "--dry-run")
    assert (dry.returncode, f"{name}: would be created" in dry.stdout) == (0, True), dry.stderr
    assert stack.cli("workflow", "versions", name).returncode == 2, "nothing was made"
    first = apply(stack, document, "--publish")
    assert (first.returncode, first.stdout) == (0, f"{name}: created, published as version 1\n"), first.stderr
    again = apply(stack, document, "--publish")
    assert (again.returncode, again.stdout) == (0, f"{name}: unchanged\n")
    change(document, "1 + 1", "1 + 2")
    assert apply(stack, document).stdout == f"{name}: updated\n"
    (told,) = json.loads(apply(stack, document, "--json").stdout)
    assert (told["outcome"], told["workflow"]["draft_revision"], told["file"]) == ("unchanged", 2, str(document))
    done = stack.cli("run", "-w", name, "--version", "draft", "--json")
    assert json.loads(done.stdout)["output"] == {"sum": 3}


def test_diff_tells_by_its_exit_code(stack, document, name):
    assert stack.cli("workflow", "diff", "-f", str(document)).returncode == 1
    apply(stack, document, "--publish")
    equal = stack.cli("workflow", "diff", "-f", str(document))
    assert (equal.returncode, equal.stdout) == (0, "")
    change(document, "1 + 1", "1 + 2")
    different = stack.cli("workflow", "diff", "-f", str(document))
    assert different.returncode == 1
    assert "-  output: ${ 1 + 1 }\n+  output: ${ 1 + 2 }\n" in different.stdout
    (told,) = json.loads(stack.cli("workflow", "diff", "-f", str(document), "--json").stdout)
    assert told["changes"]["nodes"][0]["fields"][0]["after"] == "${ 1 + 2 }"
    apply(stack, document, "--publish")
    versions = stack.cli("workflow", "diff", name, "--from", "1", "--to", "2")
    assert (versions.returncode, "+  output: ${ 1 + 2 }" in versions.stdout) == (1, True)
    assert stack.cli("workflow", "diff", name).returncode == 0
    assert stack.cli("workflow", "diff").returncode == 2


def test_a_newer_draft_stands_in_the_way(stack, document, name):
    apply(stack, document)
    with stack.api() as api:
        (row,) = api.get("workflows", params={"name": name}).json()["results"]
        graph = api.get(f"workflows/{row['id']}").json()["draft"]["graph"]
        graph["nodes"][1]["output"] = "on the page"
        saved = api.put(f"workflows/{row['id']}/draft", json={"graph": graph}, headers={"If-Match": '"1"'})
        assert saved.status_code == 200, saved.text
    change(document, "1 + 1", "1 + 2")
    refused = apply(stack, document)
    assert refused.returncode == 3
    assert "saved by admin at" in refused.stderr
    assert "revision 2" in refused.stderr
    exported = document.with_name("exported.yaml")
    assert stack.cli("workflow", "export", name, "-o", str(exported)).returncode == 0
    change(exported, "on the page", "in the file")
    assert apply(stack, exported).stdout == f"{name}: updated\n", "made from the newest draft"
    assert apply(stack, document, "--force").stdout == f"{name}: updated\n"


def test_problems_have_file_line_and_column(stack, document, name):
    change(document, "1 + 1", "steps.nowhere.x")
    for command in ("apply", "validate"):
        refused = stack.cli("workflow", command, "-f", str(document))
        assert refused.returncode == 2
        assert f"{document}:9:3: sum: " in refused.stderr
        assert "(unknown_step)" in refused.stderr
    change(document, "kind: transform", "kind: transfrom")
    shape = stack.cli("workflow", "validate", "-f", str(document))
    assert (shape.returncode, f"{document}:7:3: " in shape.stderr) == (2, True), shape.stderr
    document.write_text("nodes: [")
    broken = apply(stack, document)
    assert (broken.returncode, f"{document}:2:1: This is not YAML" in broken.stderr) == (2, True), broken.stderr
    (told,) = json.loads(apply(stack, document, "--json").stdout)
    assert told["error"]["errors"][0]["code"] == "malformed"
    assert stack.cli("workflow", "versions", name).returncode == 2


def test_a_folder_is_applied_whatever_its_order(stack, tmp_path, name):
    (tmp_path / "notes.yaml").write_text("no: workflow\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "z-inner.yaml").write_text(DOCUMENT.replace("NAME", f"{name}-inner"))
    outer = DOCUMENT.replace("NAME", f"{name}-outer").replace(
        "- kind: transform\n  id: sum\n  output: ${ 1 + 1 }", f"- kind: workflow\n  id: sum\n  workflow: {name}-inner"
    )
    (tmp_path / "a-outer.yaml").write_text(outer)
    done = stack.cli("workflow", "apply", "-f", str(tmp_path), "--publish")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{name}-outer: created, published as version 1",
        f"{name}-inner: created, published as version 1",
    ]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert stack.cli("workflow", "apply", "-f", str(empty)).returncode == 2
    assert stack.cli("workflow", "apply", "-f", str(tmp_path / "none.yaml")).returncode == 2


def test_a_workflow_goes_out_and_comes_back(stack, tmp_path, name):
    out = stack.cli("workflow", "export", "analyse-sales")
    assert out.returncode == 0, out.stderr
    document = yaml.safe_load(out.stdout)
    assert document["name"] == "analyse-sales"
    piped = stack.cli("workflow", "apply", "-f", "-", "--json", input=out.stdout)
    assert json.loads(piped.stdout)[0]["outcome"] == "unchanged"
    path = tmp_path / "copy.json"
    stack.cli("workflow", "export", "analyse-sales", "-o", str(path))
    change(path, '"name": "analyse-sales"', f'"name": "{name}"')
    assert apply(stack, path).stdout.splitlines()[-1] == f"{name}: created"
    assert stack.cli("workflow", "export", name, "--version", "3").returncode == 2


def test_publish_versions_and_delete(stack, document, name):
    apply(stack, document)
    assert "published as version 1" in stack.cli("workflow", "publish", name, "--note", "First").stdout
    assert "unchanged since version 1" in stack.cli("workflow", "publish", name).stdout
    (version,) = json.loads(stack.cli("workflow", "versions", name, "--json").stdout)
    assert (version["number"], version["note"]) == (1, "First")
    assert name in stack.cli("workflow", "list", "--search", name).stdout
    unasked = stack.cli("workflow", "delete", name)
    assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True)
    assert stack.cli("workflow", "delete", name, "--yes").returncode == 0
    assert stack.cli("workflow", "delete", name, "--yes").returncode == 2


def test_a_version_is_restored_into_the_draft(stack, document, name):
    apply(stack, document, "--publish", "--note", "First")
    change(document, "1 + 1", "1 + 2")
    change(document, "id: sum", "id: total")
    change(document, "target: sum", "target: total")
    change(document, "source: sum", "source: total")
    change(document, "steps.sum", "steps.total")
    apply(stack, document, "--publish")
    unasked = stack.cli("workflow", "restore", name, "1")
    told = " ".join(unasked.stderr.split())
    assert (unasked.returncode, "--yes" in told) == (2, True), told
    assert "revision 2, saved by admin" in told
    assert "Only the draft has total" in told
    assert stack.cli("workflow", "diff", name, "--from", "2").returncode == 0, "nothing was done"
    done = stack.cli("workflow", "restore", name, "1", "--yes", "--reason", "The new one is slow")
    assert (done.returncode, done.stdout) == (0, f"{name}: the draft is version 1 again (revision 3)\n"), done.stderr
    assert stack.cli("workflow", "diff", name, "--from", "1").returncode == 0
    (newer, older) = json.loads(stack.cli("workflow", "versions", name, "--json").stdout)
    assert (newer["number"], older["number"], older["open_runs"]) == (2, 1, 0)
    again = json.loads(stack.cli("workflow", "restore", name, "2", "--yes", "--json").stdout)
    assert (again["name"], again["version"], again["revision"], again["problems"]) == (name, 2, 4, [])
    assert "open runs" in stack.cli("workflow", "versions", name).stdout


def test_what_cannot_be_restored_is_told_in_a_sentence(stack, document, name):
    apply(stack, document, "--publish")
    missing = stack.cli("workflow", "restore", name, "7", "--yes")
    assert (missing.returncode, "has no version 7" in missing.stderr) == (2, True), missing.stderr
    for bad in ("draft", "0"):
        assert stack.cli("workflow", "restore", name, bad, "--yes").returncode == 2
    told = stack.cli("workflow", "restore", name, "7", "--yes", "--json")
    assert (told.stdout, json.loads(told.stderr)["code"]) == ("", "not_found")
    assert stack.cli("workflow", "restore", "no-such-workflow", "1", "--yes").returncode == 2
    helped = stack.cli("workflow", "restore", "--help")
    assert "agent-coordinator workflow restore" in " ".join(helped.stdout.split())


def test_one_that_runs_inside_another_goes_only_by_force(stack, document, tmp_path, name):
    apply(stack, document, "--publish")
    outer = tmp_path / "outer.yaml"
    outer.write_text(DOCUMENT.replace("NAME", f"{name}-out").replace("title: As code", "title: Around it"))
    change(outer, "kind: transform", "kind: workflow")
    change(outer, "output: ${ 1 + 1 }", f"workflow: {name}")
    assert apply(stack, outer, "--publish").returncode == 0
    refused = stack.cli("workflow", "delete", name, "--yes")
    assert refused.returncode == 2
    assert "runs inside “Around it” version 1" in " ".join(refused.stderr.split())
    assert stack.cli("workflow", "delete", name, "--yes", "--force").returncode == 0
    assert stack.cli("workflow", "delete", f"{name}-out", "--yes").returncode == 0


def test_triggers_are_made_tried_and_switched(stack, document, name):
    apply(stack, document, "--publish")
    made = stack.cli("triggers", "create", "-w", name, "--name", "Order placed", "--webhook", "--input", "{}")
    assert made.returncode == 0, made.stderr
    assert "secret, shown this once: whsec_" in made.stdout
    assert stack.cli("triggers", "create", "-w", name, "--name", "none").returncode == 2
    bad = stack.cli("triggers", "create", "-w", name, "--name", "bad", "--cron", "never")
    assert (bad.returncode, "five fields" in bad.stderr) == (2, True), bad.stderr
    cron = [
        "triggers",
        "create",
        "-w",
        name,
        "--name",
        "Morning",
        "--cron",
        "0 7 * * 1-5",
        "--timezone",
        "Europe/Berlin",
    ]
    identifier = json.loads(stack.cli(*cron, "--off", "--json").stdout)["id"]
    assert "Morning: on" in stack.cli("triggers", "enable", identifier).stdout
    assert "Morning: off" in stack.cli("triggers", "disable", "Morning", "-w", name).stdout
    fired = json.loads(stack.cli("triggers", "fire", "Order placed", "-w", name, "--json").stdout)
    assert fired["outcome"] == "started"
    assert fired["run"] in stack.cli("triggers", "firings", "Order placed", "-w", name).stdout
    rows = json.loads(stack.cli("triggers", "list", "-w", name, "--json").stdout)
    assert {row["name"]: row["enabled"] for row in rows} == {"Order placed": True, "Morning": False}
    exported = yaml.safe_load(stack.cli("workflow", "export", name).stdout)
    assert [trigger["name"] for trigger in exported["triggers"]] == ["Morning", "Order placed"]
    assert stack.cli("triggers", "delete", "Morning", "-w", name, "--yes").returncode == 0
    assert stack.cli("triggers", "delete", "Morning", "-w", name, "--yes").returncode == 2
