"""A node that was killed leaves a folder behind; the next one takes it away, and nobody else's."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from agents.node.scratch import PREFIX, scratch


def test_what_a_dead_node_left_goes_and_what_lives_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, alive, odd = (tmp_path / f"{PREFIX}{name}" for name in (f"{ended.pid}-abc", f"{os.getpid()}-abc", "x-y"))
    for folder in (dead, alive, odd):
        folder.mkdir()
        (folder / "1").touch()
    with scratch() as made:
        assert Path(made).name.startswith(f"{PREFIX}{os.getpid()}-")
        assert sorted(tmp_path.iterdir()) == sorted([alive, odd, Path(made)])
