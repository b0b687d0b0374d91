"""All sandboxes of a node: one cache of bundles, a folder for each instance."""

import re
import shutil
from pathlib import Path
from typing import Final

from agents.domain.manifest import Manifest
from agents.domain.placement import Deployment
from agents.node.sandbox.bundles import BundleCache, BundleSource
from agents.node.sandbox.plan import Plan
from agents.node.sandbox.runner import SandboxedRunner
from agents.node.sandbox.settings import SandboxSettings, from_environment

INSTANCE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,199}")
LOGS_KEPT: Final = 50
"""Folders of instances that are gone whose logs stay to be read on this machine."""


class Sandboxes:
    """Makes runners. ``folder`` belongs to this node alone, and outlives it: bundles need not be fetched again."""

    def __init__(self, source: BundleSource, folder: Path, settings: SandboxSettings | None = None) -> None:
        """Bundles come from ``source``; ``settings`` are those of the environment unless given."""
        self._source, self._folder = source, folder.resolve()
        self._settings = settings or from_environment()
        self._cache = BundleCache(self._folder / "bundles", self._settings.cache_mib)
        self._forget_old()

    def runner(self, deployment: Deployment, manifest: Manifest, instance: str) -> SandboxedRunner:
        """Return the runner of a new instance, not yet started; SandboxMissingError or LimitRefusedError when it may not run."""
        if not INSTANCE.fullmatch(instance):
            raise ValueError(f"“{instance}” is no instance id")
        plan = Plan(manifest, deployment, self._folder / "instances" / instance, self._settings, instance)
        return SandboxedRunner(manifest, deployment.identity, plan, self._source, self._cache)

    def _forget_old(self) -> None:
        place = self._folder / "instances"
        place.mkdir(parents=True, exist_ok=True)
        old = sorted(place.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        for folder in old[LOGS_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
