"""Bundles of agents: a zip with ``agent.yaml`` at its root and the agent's files (features A4, docs/bundles.md).

``inspect`` looks at one, ``pack`` makes one, ``unpack`` writes one where it is to run.
"""

from agents.domain.bundle.inspection import BundleFile, Inspection, covered, inspect
from agents.domain.bundle.packing import BundleUnusableError, pack, unpack
from agents.domain.bundle.report import Check, Report

__all__ = [
    "BundleFile",
    "BundleUnusableError",
    "Check",
    "Inspection",
    "Report",
    "covered",
    "inspect",
    "pack",
    "unpack",
]
