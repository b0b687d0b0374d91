"""Loaded before Django's settings: gives this test process a data folder of its own, and the database it may name."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="agentcluster-test-"))
_OWNER = os.getpid()


@atexit.register
def _remove() -> None:
    if os.getpid() == _OWNER:  # a fork of this process leaves it to its parent
        shutil.rmtree(HOME, ignore_errors=True)


os.environ["AGENTCLUSTER_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
