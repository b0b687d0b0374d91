"""What the operator of a node decides about bundles, from the environment."""

import os
from pathlib import Path
from typing import Final

import msgspec

from agentcluster.environment import count
from agents.node.sandbox.errors import SandboxSettingError

FIRST_UID: Final = 1_900_000_000
UIDS: Final = 60_000
"""How many user ids from the first one on a node that runs as root may use for instances."""


class SandboxSettings(msgspec.Struct, frozen=True):
    """See ``docs/sandbox.md``. ``packages``: folders of Python packages that bundles may import from, read-only."""

    trusted_without: bool = False
    """Whether bundles signed by a trusted key run, under resource limits alone, where there is no sandbox."""
    first_uid: int = FIRST_UID
    packages: tuple[Path, ...] = ()
    cache_mib: int = 2048
    disk_mib: int = 1024
    """The largest scratch folder this node gives an instance, and (``pids``) the most processes and threads."""
    pids: int = 512


def from_environment() -> SandboxSettings:
    """Return the settings; SandboxSettingError, or the error of ``agentcluster.environment``, names the wrong one."""
    mode = os.environ.get("NODE_SANDBOX", "required")
    if mode not in ("required", "optional"):
        raise SandboxSettingError(f"NODE_SANDBOX is “{mode}”; it may be “required” or “optional”.")
    return SandboxSettings(
        mode == "optional",
        count("NODE_SANDBOX_UID", str(FIRST_UID), 1000),
        _packages(os.environ.get("NODE_SANDBOX_PACKAGES", "")),
        count("NODE_BUNDLE_CACHE_MIB", "2048", 64),
        count("NODE_SANDBOX_DISK_MIB", "1024", 1),
        count("NODE_SANDBOX_PIDS", "512", 1),
    )


def _packages(text: str) -> tuple[Path, ...]:
    folders = tuple(Path(part) for part in text.split(os.pathsep) if part.strip())
    for folder in folders:
        if not folder.is_absolute() or not folder.is_dir():
            raise SandboxSettingError(f"NODE_SANDBOX_PACKAGES names {folder}, which is no folder's absolute path.")
    return tuple(folder.resolve() for folder in folders)
