"""Files of one concept: their size, their names, and lock files that any registry can serve."""

import re
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest

from agentcluster.up.config import PROJECT

CODE = (".py", ".ts", ".tsx", ".css", ".lua")
GENERATED = ("/migrations/", "frontend/src/wire/generated")
VAGUE = re.compile(r"^(utils?|helpers?|common|misc)(\.|$)")
LOCKS = sorted([*PROJECT.glob("requirements*.lock"), PROJECT / "frontend" / "package-lock.json"])


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


def code_files() -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix in CODE and not any(part in path.as_posix() for part in GENERATED) and path.stat().st_size
    ]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_500_lines() -> None:
    assert {str(path.relative_to(PROJECT)): lines(path) for path in code_files() if lines(path) > 500} == {}


def test_nine_in_ten_files_have_at_most_300_lines_and_half_at_most_100() -> None:
    sizes = sorted(lines(path) for path in code_files())
    assert sizes[int(len(sizes) * 0.9)] <= 300
    python = [lines(path) for path in code_files() if path.suffix == ".py"]
    assert statistics.median(python) <= 100


def test_every_module_is_named_after_a_concept() -> None:
    assert [str(path) for path in tracked() if VAGUE.match(path.name) or any(VAGUE.match(p) for p in path.parts)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_files_have_hashes_and_name_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert '"resolved"' not in text if lock.suffix == ".json" else "://" not in text
    assert "--hash=sha256:" in text or '"integrity": "sha512-' in text


def test_python_packages_say_what_they_need_in_one_place() -> None:
    """The locks are made from pyproject.toml: each direct dependency is pinned in both."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[\[<>=;~ ]", text)[0].lower() for text in project["dependencies"]}
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", (PROJECT / lock).read_text(), re.MULTILINE))
        assert named - pinned == set()


def test_tasks_are_ended_by_what_insists() -> None:
    """A cancellation may be swallowed on its way: ``agentcluster.tasks.end`` repeats it, ``gather`` would wait for ever."""
    once = re.compile(r"\.cancel\(\)\n\s+await (asyncio\.gather\(|self\._task\b)")
    ours = [path for path in code_files() if path.suffix == ".py" and "tests" not in path.parts]
    assert [str(path) for path in ours if once.search(path.read_text())] == []
