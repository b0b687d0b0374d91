"""Where the processes of this machine answer ``/health/live`` and ``/health/ready``: a file for each, with its port.

Each installation (its ``AGENTCLUSTER_HOME``) has files of its own, so several can stand side by side, and each process
has one, so that a machine may run many of a kind.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

ENDING = ".health"


class Place(msgspec.Struct, frozen=True):
    """Where a process answers."""

    pid: int
    host: str
    port: int

    def url(self, what: str) -> str:
        """Return the address of ``live`` or ``ready``."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - listens everywhere
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/health/{what}"


def announce(home: Path, process: str, host: str, port: int) -> None:
    """Write down where this process answers."""
    withdraw(home, process)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(_path(home, process, os.getpid()), flags, 0o600), "wb") as file:
        file.write(msgspec.json.encode(Place(os.getpid(), host, port)))


def withdraw(home: Path, process: str) -> None:
    """Say that this process answers no more."""
    with contextlib.suppress(OSError):
        _path(home, process, os.getpid()).unlink()


def of(home: Path, process: str, pid: int) -> Place | None:
    """Return where a process answers; None when it does not (yet)."""
    return _read(_path(home, process, pid))


def all_of(home: Path, process: str) -> list[Place]:
    """Return where the processes of a kind answer that run on this machine."""
    found = [_read(path) for path in sorted(Path(tempfile.gettempdir()).glob(f"{_prefix(home, process)}*{ENDING}"))]
    return [place for place in found if place is not None and _runs(place.pid)]


def _read(path: Path) -> Place | None:
    """Return what a file of ours says; None when it is somebody else's, or says nothing."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if os.fstat(handle).st_uid == os.getuid():
                return msgspec.json.decode(file.read(), type=Place)
    return None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _path(home: Path, process: str, pid: int) -> Path:
    return Path(tempfile.gettempdir()) / f"{_prefix(home, process)}{pid}{ENDING}"


def _prefix(home: Path, process: str) -> str:
    installation = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return f"agentcluster-{os.getuid()}-{installation}-{process}-"
