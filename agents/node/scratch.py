"""A node's folder for files that mean nothing once it has ended; what a killed node left behind is removed by the next."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

PREFIX: Final = "agentcluster-node-"


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Make a folder of this process in the system's place for such, after clearing away those of processes that are gone."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        with suppress(ValueError):
            if not psutil.pid_exists(int(left.name.removeprefix(PREFIX).partition("-")[0])):
                shutil.rmtree(left, ignore_errors=True)  # somebody else's stays
    return tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
