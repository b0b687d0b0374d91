"""The projector writes the same rows on PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path

from agentcluster.up.config import PROJECT

PROGRAM = """
import json
import django
django.setup()
from agentcluster.security.models import Project
from designer.domain.events import RunCompleted
from designer.engine.projection import RunRow, ended_row
from designer.engine.projector import write_rows
from designer.models import Run, RunStatus, Workflow

project = Project.objects.create(slug="p", name="P")
workflow = Workflow.objects.create(project=project, name="w", title="W")
version = workflow.versions.create(digest="sha256:0", graph={})
runs = [Run.objects.create(project=project, workflow=workflow, version=version) for _ in range(4)]
write_rows([RunRow(run.pk, 5, RunStatus.RUNNING, 1, 4, 1000) for run in runs])
write_rows([RunRow(runs[0].pk, 9, RunStatus.COMPLETED, 4, 4, 1000, 2000, {"n": [1, "ä"]})])
write_rows([RunRow(runs[1].pk, 9, RunStatus.FAILED, 2, 4, 1000, 2000, None, {"code": "x", "message": "%s", "step": "a"})])
write_rows([RunRow(run.pk, 7, RunStatus.RUNNING, 3, 4, 1000) for run in runs])
nulls = {"a\\0\\0b": ["\\0", "\\\\u0000", "\\\\\\0"]}
write_rows([ended_row(RunCompleted(nulls), runs[3].pk, 9, (4, 4), (1000, 2000))])
for run in runs:
    run.refresh_from_db()
    ended = run.ended_at and run.ended_at.timestamp()
    print(json.dumps([run.status, run.cursor, run.steps_done, run.output, run.error, ended]))
"""


def test_rows_are_written_in_bulk_and_never_go_back(postgres_url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "AGENTCLUSTER_HOME": str(tmp_path),
        "DATABASE_URL": postgres_url,
        "DJANGO_SETTINGS_MODULE": "agentcluster.settings",
    }
    for command in (["manage.py", "migrate", "-v0"], ["-c", PROGRAM]):
        done = subprocess.run(
            [sys.executable, *command], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        ["completed", 9, 4, {"n": [1, "ä"]}, None, 2.0],
        ["failed", 9, 2, None, {"code": "x", "message": "%s", "step": "a"}, 2.0],
        ["running", 7, 3, None, None, None],
        ["completed", 9, 4, {"a\ufffd\ufffdb": ["\ufffd", "\\u0000", "\\\ufffd"]}, None, 2.0],
    ]
