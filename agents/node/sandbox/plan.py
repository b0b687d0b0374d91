"""Where and how an instance runs: its folders, its limits, in a sandbox or without."""

import shutil
import zlib
from pathlib import Path
from typing import Final

import psutil

from agentcluster.sdk.process import wire
from agents.domain.manifest import Manifest, ResourceLimits
from agents.domain.placement import Deployment
from agents.node.sandbox import support
from agents.node.sandbox.command import Inside
from agents.node.sandbox.errors import LimitRefusedError, SandboxMissingError
from agents.node.sandbox.files import InputFiles
from agents.node.sandbox.settings import UIDS, SandboxSettings

_RETRIES: Final = 100


class Plan:
    """``program`` is bubblewrap's path; empty: the operator lets this bundle run without a sandbox."""

    def __init__(
        self, manifest: Manifest, deployment: Deployment, folder: Path, settings: SandboxSettings, instance: str
    ) -> None:
        """``folder`` is the instance's own; SandboxMissingError or LimitRefusedError when the bundle may not run here."""
        _refuse_too_much(manifest.limits, settings)
        self.folder = folder
        self.work = folder / "work"
        self._manifest, self._settings, self._instance = manifest, settings, instance
        self.program = _program(deployment, settings)
        self._as_root = support.has_real_root() and bool(self.program)
        self._uid = 0
        self._network = deployment.network and manifest.network == "full"
        seen_as = {} if self.program else {"seen_as": str(self.folder / "files")}
        self.inputs = InputFiles(self.folder / "files", manifest.limits.disk_mib, **seen_as)
        self._own = (self.folder / "files", self.folder / "out", self.work)
        self.inside = self._inside(Path())

    @property
    def has_own_network(self) -> bool:
        """Whether the instance has a network namespace to itself."""
        return bool(self.program) and not self._network

    def prepare(self, bundle: Path) -> None:
        """Make the folders anew, and choose the user (blocking)."""
        self.clear()
        for place in self._own:
            place.mkdir(parents=True, mode=0o755)
        self.inside = self._inside(bundle)
        self._uid = _free_uid(self._instance, self._settings.first_uid) if self._as_root else 0

    def clear(self) -> None:
        """Remove everything but the log (blocking)."""
        for place in self._own:
            shutil.rmtree(place, ignore_errors=True)

    def setup(self) -> wire.Setup:
        """Return what the process is told first."""
        limits = self._manifest.limits
        pids = limits.pids if self.program else 0
        confined = wire.Limits(limits.memory_mib, pids, limits.open_files, limits.disk_mib, self._uid)
        return wire.Setup(self._manifest.entry_point, limits.concurrency, confined)

    def described(self) -> str:
        """Return for the log how it runs."""
        if not self.program:
            return "without a sandbox (signed by a trusted key; NODE_SANDBOX=optional), under resource limits alone"
        user = f"as user {self._uid}" if self._uid else "in a user namespace"
        return f"in a sandbox {user}, {'with' if self._network else 'without'} network"

    def _inside(self, bundle: Path) -> Inside:
        disk_mib, packages = self._manifest.limits.disk_mib, self._settings.packages
        return Inside(bundle, self.folder / "files", packages, disk_mib, self._network, self._as_root)


def _refuse_too_much(limits: ResourceLimits, settings: SandboxSettings) -> None:
    for name in ("disk_mib", "pids"):
        asked, most = getattr(limits, name), getattr(settings, name)
        if asked > most:
            setting = f"NODE_SANDBOX_{name.upper()}"
            raise LimitRefusedError(
                f"The bundle asks for {name} {asked}; this node gives an instance at most {most} ({setting}).",
                **{name: asked, "most": most},
            )


def _program(deployment: Deployment, settings: SandboxSettings) -> str:
    able, reason = support.check()
    if able:
        return shutil.which("bwrap") or ""
    if deployment.trusted and settings.trusted_without:
        return ""
    hint = " It is signed by a trusted key: NODE_SANDBOX=optional would let it run." if deployment.trusted else ""
    raise SandboxMissingError(f"This node runs no bundles: {reason}{hint}")


def _free_uid(instance: str, first: int) -> int:
    """Return a user id that no process has, the same for an instance each time if possible."""
    taken = {process.info["uids"].real for process in psutil.process_iter(["uids"]) if process.info["uids"]}
    start = zlib.crc32(instance.encode())
    choices = (first + (start + index) % UIDS for index in range(_RETRIES))
    return next((uid for uid in choices if uid not in taken), first + start % UIDS)
