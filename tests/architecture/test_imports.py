"""Arrows run one way, and each technology has one room."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentcluster.up.config import PROJECT

ROOMS = {"nats": "agentcluster/messaging/", "redis": "agentcluster/streams/"}


def test_the_import_contracts_hold() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(tool), "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("library", "room"), ROOMS.items())
def test_only_its_room_speaks_to(library: str, room: str) -> None:
    """Import contracts cannot forbid the kernel itself a library; this can."""
    speaks = re.compile(rf"^\s*(import {library}\b|from {library}[. ])", re.MULTILINE)
    code = [path for package in ("agentcluster", "agents", "designer") for path in (PROJECT / package).rglob("*.py")]
    outside = [path.relative_to(PROJECT).as_posix() for path in code if speaks.search(path.read_text())]
    assert [path for path in outside if not path.startswith(room)] == []
