"""Where NATS and Redis are: given by URL, or the embedded servers of ``make up`` (``<home>/services.json``)."""

import os
from pathlib import Path

import msgspec

from agentcluster.up.embedded import write_private

DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"
DEFAULT_NATS_URL = "nats://127.0.0.1:4222"


class Services(msgspec.Struct, frozen=True):
    """The addresses every process of one installation uses."""

    redis_url: str = DEFAULT_REDIS_URL
    nats_url: str = DEFAULT_NATS_URL


def services_file(home: Path) -> Path:
    """Return where the addresses of this data folder's embedded servers are written down."""
    return home / "services.json"


def remembered(home: Path) -> Services | None:
    """Return the addresses last written, or None when there are none or they cannot be read."""
    try:
        return msgspec.json.decode(services_file(home).read_bytes(), type=Services)
    except (OSError, msgspec.DecodeError):
        return None


def remember(home: Path, services: Services) -> None:
    """Write the addresses down, so that commands in another terminal find the servers and the ports stay the same.

    They hold the passwords of the embedded servers: nobody but this user reads the file.
    """
    draft = services_file(home).with_suffix(".new")
    write_private(draft, msgspec.json.encode(services))
    draft.replace(services_file(home))


def find(home: Path) -> Services:
    """Return ``REDIS_URL`` and ``NATS_URL``; for one not set, the embedded server's address or the usual port."""
    known = remembered(home) or Services()
    return Services(
        redis_url=os.environ.get("REDIS_URL") or known.redis_url,
        nats_url=os.environ.get("NATS_URL") or known.nats_url,
    )
