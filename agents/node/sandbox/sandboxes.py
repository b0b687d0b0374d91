"""All sandboxes of a node: one cache of bundles, a folder for each instance."""

from pathlib import Path
from weakref import WeakValueDictionary

from agents.domain.manifest import Manifest
from agents.domain.placement import Deployment
from agents.node.kept_logs import INSTANCE, KeptLogs
from agents.node.sandbox.bundles import BundleCache, BundleSource
from agents.node.sandbox.plan import Plan
from agents.node.sandbox.runner import SandboxedRunner
from agents.node.sandbox.settings import SandboxSettings, from_environment


class Sandboxes:
    """Makes runners. ``folder`` belongs to this node alone, and outlives it: bundles need not be fetched again."""

    def __init__(self, source: BundleSource, folder: Path, settings: SandboxSettings | None = None) -> None:
        """Bundles come from ``source``; ``settings`` are those of the environment unless given."""
        self._source, self._folder = source, folder.resolve()
        self._settings = settings or from_environment()
        self._cache = BundleCache(self._folder / "bundles", self._settings.cache_mib)
        self._runners: WeakValueDictionary[str, SandboxedRunner] = WeakValueDictionary()
        self.logs = KeptLogs(self._folder / "instances")
        """What instances said that are gone."""
        self.logs.forget_old(())

    def runner(self, deployment: Deployment, manifest: Manifest, instance: str) -> SandboxedRunner:
        """Return the runner of a new instance, not yet started; SandboxMissingError or LimitRefusedError when it may not run."""
        if not INSTANCE.fullmatch(instance):
            raise ValueError(f"“{instance}” is no instance id")
        plan = Plan(manifest, deployment, self._folder / "instances" / instance, self._settings, instance)
        self.logs.forget_old({instance, *self._runners})
        runner = SandboxedRunner(manifest, deployment.identity, plan, self._source, self._cache)
        self._runners[instance] = runner
        return runner
