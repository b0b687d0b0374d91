"""Archiving and pruning write in bulk and under locks, so the same tests run on PostgreSQL, too."""

import os
import re
import subprocess
import sys
from pathlib import Path

from agentcluster.up.config import PROJECT

HERE = Path(__file__).parent
FILES = ("test_archive.py", "test_policies_api.py", "test_prune.py", "test_reading.py")


def test_runs_are_archived_and_pruned(postgres_url):
    files = [str(HERE / name) for name in FILES]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files]
    environment = {**os.environ, "TEST_DATABASE_URL": postgres_url}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "database: postgresql" in done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 50
