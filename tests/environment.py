"""Loaded before Django's settings: gives this test process a data folder of its own."""

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="agentcluster-test-"))
os.environ["AGENTCLUSTER_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
