"""A node in a process of its own: started as users start one, killed as a power cut does."""

import os
import subprocess
import sys
from pathlib import Path

from agentcluster.up.config import PROJECT


def start_node(name: str, nats_url: str, redis_url: str, home: Path, *options: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "NATS_URL": nats_url, "REDIS_URL": redis_url, "AGENTCLUSTER_HOME": str(home)}
    with (home / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "runnode", "--name", name, "--toolset", "text", *options],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
        )
