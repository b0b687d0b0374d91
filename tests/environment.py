"""Loaded before Django's settings: gives this test process a data folder of its own, and the database it may name."""

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="agentcluster-test-"))
os.environ["AGENTCLUSTER_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
