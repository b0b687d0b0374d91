"""What must hold when many write at once, or is sorted by SQL, holds on PostgreSQL, too: the same tests, run there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from agentcluster.up.config import PROJECT

HERE = Path(__file__).parent
FILES = (
    "test_approvals.py",
    "test_deleting.py",
    "test_drafts.py",
    "test_start_lane.py",
    "test_start_run.py",
    "test_workflows.py",
)


def test_drafts_versions_and_runs_written_at_once(postgres_url):
    files = [str(HERE / name) for name in FILES]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files]
    environment = {**os.environ, "TEST_DATABASE_URL": postgres_url}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "database: postgresql" in done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 50
