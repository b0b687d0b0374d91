"""Which AgentCluster to talk to: named by the environment, or the one that runs on this machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from agentcluster.cli.errors import UnreachableError
from agentcluster.security import local_token
from agentcluster.up import address

PROJECT = Path(__file__).resolve().parent.parent.parent
NOWHERE = (
    "No AgentCluster was found: start one here with `make up`, "
    "or set AGENTCLUSTER_URL and AGENTCLUSTER_TOKEN to one that runs elsewhere."
)


@dataclass(frozen=True)
class Installation:
    """An address and a token for it (empty: none was found)."""

    url: str
    token: str


def home() -> Path:
    """Return the data folder, as ``make up`` chooses it."""
    return Path(os.environ.get("AGENTCLUSTER_HOME") or PROJECT / "data").expanduser().resolve()


def find() -> Installation:
    """Return what ``AGENTCLUSTER_URL`` and ``AGENTCLUSTER_TOKEN`` say, else what ``make up`` wrote down.

    Raises ``UnreachableError`` when neither is there.
    """
    url = os.environ.get("AGENTCLUSTER_URL", "").rstrip("/")
    token = os.environ.get("AGENTCLUSTER_TOKEN", "")
    local = running_here()
    if not url and local is None:
        raise UnreachableError(NOWHERE)
    if local is not None and url in ("", local):
        return Installation(local, token or local_token.read(home()))
    return Installation(url, token)


def running_here() -> str | None:
    """Return the address of the installation that ``make up`` has started on this data folder, if it still runs."""
    return address.find(home())
