"""Where the installation on a data folder answers (``<home>/up.json``), for commands in another terminal."""

import os
from pathlib import Path

import msgspec


class Address(msgspec.Struct, frozen=True):
    """The page's address and the process id of the supervisor."""

    url: str
    pid: int
    grpc_port: int = 0
    """Where the gateway of the installation listens, on the same host; 0: not known."""
    ws_port: int = 0


def address_file(home: Path) -> Path:
    """Return where the address is written down."""
    return home / "up.json"


def announce(home: Path, url: str, grpc_port: int = 0, ws_port: int = 0) -> None:
    """Write down that this process serves ``url``."""
    draft = address_file(home).with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(Address(url, os.getpid(), grpc_port, ws_port)))
    draft.replace(address_file(home))


def withdraw(home: Path) -> None:
    """Take back what ``announce`` wrote; nothing happens when there is nothing."""
    address_file(home).unlink(missing_ok=True)


def find(home: Path) -> str | None:
    """Return the address of the installation that runs on this folder, None when none does."""
    address = read(home)
    return address.url if address else None


def read(home: Path) -> Address | None:
    """Return all that is written down of the installation that runs on this folder, None when none does."""
    try:
        address = msgspec.json.decode(address_file(home).read_bytes(), type=Address)
        os.kill(address.pid, 0)
    except PermissionError:
        return address
    except (OSError, msgspec.MsgspecError):
        return None
    return address
