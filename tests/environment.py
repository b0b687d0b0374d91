"""Loaded before Django's settings: a data folder of its own, the database it may name, and nobody else's settings."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="agentcluster-test-"))
_OWNER = os.getpid()


@atexit.register
def _remove() -> None:
    if os.getpid() == _OWNER:  # a fork of this process leaves it to its parent
        shutil.rmtree(HOME, ignore_errors=True)


PROGRAMS = {"BROWSER_PATH", "NO_COLOR"}
"""Settings that say what this machine has, not how the system is to behave."""
_documented = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text()
for _name in set(re.findall(r"`([A-Z_]+)`", _documented)) - PROGRAMS:
    os.environ.pop(_name, None)
os.environ["AGENTCLUSTER_HOME"] = str(HOME)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
