"""The data folder: usable, and used by one supervisor at a time."""

import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

from agentcluster.up.errors import AlreadyRunningError, HomeUnusableError

LOCK_NAME = "up.lock"
OTHER = "or choose another one: AGENTCLUSTER_HOME=/path/to/folder make up"


def prepare_home(home: Path) -> None:
    """Make the folder if need be and prove that it can be written; raises ``HomeUnusableError``."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"writable")
    except (FileExistsError, NotADirectoryError):
        raise HomeUnusableError(f"The data folder {home} is a file. Move it away, {OTHER}") from None
    except PermissionError:
        raise HomeUnusableError(
            f"The data folder {home} cannot be written by this user. Correct its owner (chown) or mode, {OTHER}"
        ) from None
    except OSError as error:
        raise HomeUnusableError(
            f"The data folder {home} cannot be used: {error.strerror}. Free space or mount it for writing, {OTHER}"
        ) from None
    _check_layout(home)


def _check_layout(home: Path) -> None:
    for name in ("valkey", "nats", "artifacts", "files", "static"):
        path = home / name
        if path.exists() and not path.is_dir():
            raise HomeUnusableError(f"{path} should be a folder and is a file. Move it away, {OTHER}")
    for name in ("db.sqlite3", "secret_key"):
        path = home / name
        if path.exists() and not path.is_file():
            raise HomeUnusableError(f"{path} should be a file and is a folder. Move it away, {OTHER}")
    key = home / "secret_key"
    if key.exists() and len(key.read_bytes().strip()) < 32:
        raise HomeUnusableError(
            f"{key} is damaged: it no longer holds the secret key. Restore it from a backup, or delete it "
            "(everybody has to log in again, and stored secrets become unreadable)."
        )


def lock_home(home: Path) -> IO[str]:
    """Take the folder for this process until it ends; raises ``AlreadyRunningError`` with the other's process id."""
    lock = open(home / LOCK_NAME, "a+", encoding="utf-8")  # noqa: SIM115 - held for the life of the process
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise AlreadyRunningError(
            f"AgentCluster already runs on {home} (process {holder}). Use that one, stop it with Ctrl-C "
            f"(or kill {holder}), {OTHER}"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
