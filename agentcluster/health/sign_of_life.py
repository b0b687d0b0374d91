"""Signs of life of processes that nobody can ask: a file of this machine, touched as long as the process's loop turns.

Each installation (its ``AGENTCLUSTER_HOME``) has files of its own, so several can stand side by side.
"""

import contextlib
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from django.conf import settings

STALE_S: Final = 20.0
"""A process that has given none for so long does not live, whatever the process table says."""


def give(process: str) -> None:
    """Say that the process lives; cheap enough for every turn of a loop."""
    handle = os.open(_path(process), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.utime(handle)
    finally:
        os.close(handle)


def withdraw(process: str) -> None:
    """Say that the process has ended in order."""
    with contextlib.suppress(OSError):
        _path(process).unlink()


def age_s(process: str) -> float | None:
    """Return the seconds since the last sign; None when there is none."""
    try:
        return max(0.0, time.time() - _path(process).stat().st_mtime)
    except OSError:
        return None


def _path(process: str) -> Path:
    installation = hashlib.sha256(str(settings.HOME).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"agentcluster-{os.getuid()}-{installation}-{process}.alive"
