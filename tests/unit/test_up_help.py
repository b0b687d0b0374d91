"""`python -m agentcluster.up` has no options; asking it for help starts nothing."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--port", 2)])
def test_help_and_unknown_words_start_nothing(tmp_path, argument, code):
    done = subprocess.run(
        [sys.executable, "-m", "agentcluster.up", argument],
        env={"AGENTCLUSTER_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code
    assert "docs/configuration.md" in done.stdout or "unrecognized arguments" in done.stderr
    assert not (tmp_path / "home").exists()
