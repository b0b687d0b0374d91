"""Everything stored works on PostgreSQL as on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

from agentcluster.up.config import PROJECT


def manage(database_url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database_url, "AGENTCLUSTER_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_migrations_apply_to_postgresql_and_match_the_models(postgres_url: str, tmp_path: Path) -> None:
    migrated = manage(postgres_url, tmp_path, "migrate", "-v0")
    assert migrated.returncode == 0, migrated.stderr
    checked = manage(postgres_url, tmp_path, "makemigrations", "--check", "--dry-run")
    assert checked.returncode == 0, checked.stdout
