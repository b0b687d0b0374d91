"""Bundles in sandboxes: strangers' code on this node, cut off from everything it was not given (docs/sandbox.md).

    sandboxes = Sandboxes(ObjectSource(objects), folder)          # once per node
    runner = sandboxes.runner(deployment, manifest, instance)      # SandboxMissingError
    hosted = HostedAgent(manifest, instance, deployment.identity, None, runner=runner, slot=n)
    runner.log.after(seq, limit), runner.state

``support.check()`` says whether this machine can.
"""

from agents.node.instance_log import InstanceLog, LogLine
from agents.node.sandbox.bundles import BundleSource, ObjectSource
from agents.node.sandbox.runner import RunnerState, SandboxedRunner
from agents.node.sandbox.sandboxes import Sandboxes
from agents.node.sandbox.settings import SandboxSettings

__all__ = [
    "BundleSource",
    "InstanceLog",
    "LogLine",
    "ObjectSource",
    "RunnerState",
    "SandboxSettings",
    "SandboxedRunner",
    "Sandboxes",
]
