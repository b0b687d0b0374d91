"""``agent-coordinator policy``: files in, tables out, exit codes that scripts can trust."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("stack")

FILE = """
policies:
  - name: partners
    kind: rate_limit
    match: {tag: partners}
    spec: {rate: 500, burst: 700}
  - name: json-again
    kind: retry
    match: {agent: json}
    spec: {attempts: 3}
"""


@pytest.fixture
def run(stack):
    """Run a command; return its exit code and what it printed."""

    def policy(*arguments, stdin=None):
        done = stack.cli("policy", *arguments, **({"input": stdin} if stdin is not None else {}))
        return done.returncode, done.stdout + done.stderr

    yield policy
    with stack.api() as api:
        number = api.get("policies").json()["number"]
        api.put("policies", json={"policies": []}, headers={"If-Match": f'"{number}"'})


def test_policies_as_a_file(run, tmp_path):
    assert "no policies yet" in run("list")[1]
    path = tmp_path / "policies.yaml"
    path.write_text(FILE)
    code, told = run("apply", "-f", str(path), "--dry-run")
    assert (code, "partners: would be added" in told) == (0, True)
    code, told = run("apply", "-f", str(path), "--note", "first")
    assert (code, "partners: added" in told, "is in force" in told) == (0, True, True)
    assert "nothing was changed" in run("apply", "-f", str(path))[1]
    listed = run("list")[1]
    assert "tag=partners" in listed
    assert "rate=500, burst=700" in listed
    shown = run("show", "partners")[1]
    code, told = run("apply", "-f", "-", stdin=shown.replace("500", "600"))
    assert (code, "partners: changed" in told) == (0, True)
    newest = json.loads(run("list", "--json")[1])["number"]
    code, told = run("diff", str(newest - 1))
    assert (code, "/spec/rate: 500 → 600" in told) == (1, True)
    assert run("diff", str(newest), str(newest))[0] == 0
    code, told = run("rollback", str(newest - 1), "--yes", "--note", "too fast")
    assert (code, f"set {newest + 1} is in force: set {newest - 1} again" in told) == (0, True)
    told = run("history")[1]
    assert f"rollback {newest - 1}" in told
    assert "first" in told
    assert "(set" in run("disable", "partners")[1]
    told = run("try", "--tag", "partners", "--agent", "json")[1]
    assert "partners (off)" in told
    assert "json-again" in told
    run("enable", "partners")
    path.write_text('[{"name": "partners", "kind": "rate_limit"}]')
    assert "json-again: removed" in run("apply", "-f", str(path), "--prune")[1]
    assert run("delete", "partners", "--yes")[0] == 0
    assert "web" in run("state")[1]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("policies: [", "no YAML"),
        ("just words", "must hold a policy"),
        ("- 5", "must hold a policy"),
        ("name: x\nkind: nonsense", "Must be one of admission"),
        ("name: x\nkind: retry\nspec: {attempts: 0}", "Must be a whole number from 1 to 100"),
        ("- {name: x, kind: retry}\n- {name: x, kind: retry}", "called “x”, too"),
        ("name: x\nkind: rate_limit\nmatch: {agent: json}", "can never hold"),
    ],
)
def test_a_file_that_does_not_validate_changes_nothing(run, tmp_path, content, word):
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    before = json.loads(run("list", "--json")[1])["number"]
    code, told = run("apply", "-f", str(path))
    assert (code, word in told.replace("\n", " ")) == (2, True), told
    assert json.loads(run("list", "--json")[1])["number"] == before


def test_what_is_not_there(run, tmp_path):
    assert run("apply", "-f", str(tmp_path / "none.yaml"))[0] == 2
    assert run("show", "nobody")[0] == 2
    assert run("delete", "nobody", "--yes")[0] == 2
    assert run("rollback", "99999", "--yes")[0] == 2
    assert run("delete", "nobody", stdin="")[0] == 2
