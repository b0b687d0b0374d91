"""The commands of docs/as-code.md and docs/cli.md do what the documents say, as they stand there."""

import json
import re
import shutil
import subprocess

import pytest

from agentcluster.up.config import PROJECT

pytestmark = pytest.mark.xdist_group("stack")
MARK = "@@@ block"


def run(stack, folder, document, *, but=()):
    """Run the shell blocks of a document one after the other; return what each printed."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "agent-coordinator").symlink_to(PROJECT / "bin" / "agent-coordinator")
    (folder / "designer").symlink_to(PROJECT / "designer")
    text = (PROJECT / "docs" / document).read_text()
    blocks = [
        block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if not any(word in block for word in but)
    ]
    script = f"\necho; echo '{MARK}'\n".join(["set -eu", *blocks]).replace("http://127.0.0.1:8000", stack.url)
    shell = shutil.which("bash") or "sh"
    done = subprocess.run(
        [shell, "-c", script + "\n"],
        cwd=folder,
        env={**stack.environment, "NO_COLOR": "1", "COLUMNS": "140"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return text, [block.strip() for block in done.stdout.split(MARK)][1:]


def test_workflows_as_code(stack, tmp_path):
    text, said = run(stack, tmp_path, "as-code.md")
    assert said[0] == "workflows/orders.yaml: can run"
    assert "orders: would be created" in said[1]
    assert said[1].splitlines()[-2:] == ["orders: created, published as version 1", "orders: unchanged"]
    assert said[2] == re.search(r"```text\n(.*?)```", text, re.DOTALL)[1].strip()
    assert "+  expression: ${ input.amount > 500 }" in said[3]
    assert "exit code 1" in said[3]
    assert "orders: updated, published as version 2" in said[3]
    assert json.loads((tmp_path / "orders-v1.json").read_text())["name"] == "orders"
    assert "-  expression: ${ input.amount > 500 }" in said[5]
    assert said[5].splitlines()[-1] == "orders: the draft is version 1 again (revision 3)"
    assert said[6].splitlines()[-1] == "unchanged"
    assert json.loads((tmp_path / "diff.json").read_text())["from"] == "1"


def test_the_command_line(stack, tmp_path):
    _, said = run(stack, tmp_path, "cli.md", but=("agents.example.org",))
    assert "Completed in" in said[0]
    assert said[1].count("plotly-render") == 2
    assert said[1].count("Completed in") == 1
    assert "run matches" in said[2] or "runs match" in said[2]
    assert "Nightly: created" in said[3]
    assert "Nightly: deleted" in said[3]
