"""The author's command line, and asking a folder for its manifest."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from agentcluster.sdk import DeclarationError, describe
from agentcluster.up.config import PROJECT

CODE = '''
import os, sys
from agentcluster.sdk import AgentError, Context, agent
print("noise on import")

@agent(name="half", version="1.0.0", network="full")
def run(n: int, *, context: Context) -> dict[str, float]:
    """Halves."""
    if n < 0:
        raise AgentError("negative", "n is below zero.", field="/n")
    if n == 7:
        raise KeyError("seven")
    context.heartbeat(n)
    return {"half": n / 2}
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "half.py").write_text(CODE)
    return tmp_path


def run(folder: Path, given: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agentcluster.sdk.run", *(arguments or ("half:run",))]
    environment = {"PYTHONPATH": str(PROJECT), "PATH": ""}
    return subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=folder, env=environment, check=False
    )


def test_one_call_as_the_platform_makes_it(folder: Path) -> None:
    done = run(folder, '{"n": 5}')
    assert done.returncode == 0
    assert msgspec.json.decode(done.stdout.partition("\n")[2]) == {"half": 2.5}
    assert "heartbeat: 5" in done.stderr


@pytest.mark.parametrize(
    ("given", "failure"),
    [
        ('{"n": -1}', {"code": "negative", "message": "n is below zero.", "field": "/n"}),
        ('{"n": "x"}', {"code": "invalid_input", "field": "/n"}),
        ('{"n": 1, "m": 2}', {"code": "invalid_input"}),
        ("{", {"code": "invalid_input"}),
        ('{"n": 7}', {"code": "agent_error"}),
    ],
)
def test_errors_as_they_travel(folder: Path, given: str, failure: dict[str, str]) -> None:
    done = run(folder, given)
    assert done.returncode == 1
    said = msgspec.json.decode(done.stderr.strip().splitlines()[-1])
    assert failure.items() <= said.items()
    assert ("KeyError" in done.stderr) == (failure["code"] == "agent_error")


@pytest.mark.parametrize("entry", [(), ("half",), ("half:nothing",), ("missing:run",), ("a", "b")])
def test_what_cannot_be_run_is_told(folder: Path, entry: tuple[str, ...]) -> None:
    done = run(folder, "", *(entry or ("--describe",)))
    assert done.returncode == 2
    assert done.stderr.strip()


def test_a_folder_is_asked_in_a_process_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://secret")
    (folder / "spy.py").write_text(CODE + 'agent(name="spy", version="1.0.0", title=str(sorted(os.environ)))(run)\n')
    manifest = describe(folder, "half:run")
    assert (manifest["name"], manifest["network"], manifest["entry_point"]) == ("half", "full", "half:run")
    assert "half" not in sys.modules
    assert not (folder / "__pycache__").exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [("import nothing_there\n", "nothing_there"), ("x = 1\n", "has no “run”"), ("import os; os._exit(3)\n", "broken")],
)
def test_a_folder_that_cannot_say_is_told(tmp_path: Path, code: str, said: str) -> None:
    (tmp_path / "broken.py").write_text(code)
    with pytest.raises(DeclarationError, match=said):
        describe(tmp_path, "broken:run")


def test_a_folder_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["agentcluster.sdk.describe"], "TIME_S", 0.5)
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)\n")
    with pytest.raises(DeclarationError, match="longer than"):
        describe(tmp_path, "slow:run")
