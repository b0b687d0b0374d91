"""The version a start runs, with what is worked out of it: kept by its id, as a version never changes.

What may change is looked up for every group of starts: which version is the newest, and whether it can still run.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import msgspec

from designer.actions import catalogue
from designer.actions.validation import require_valid
from designer.actions.versions import Startable, startable
from designer.models import Workflow, WorkflowVersion

KEPT: Final = 64
KEPT_BYTES: Final = 256 * 1024
"""Graphs larger than this, as JSON, are read each time: so many of them would take too much memory."""
_MOVING: Final = ("workflow", "emit")
"""Kinds of nodes whose problems depend on more than the graph and the agents there are."""


@dataclass(slots=True)
class Ready:
    """A version without its workflow, what a start needs of it, and its graph as JSON."""

    version: WorkflowVersion
    start: Startable
    graph: bytes
    still: bool
    """Its problems depend on nothing but the agents there are."""
    valid_with: catalogue.Fingerprint | None = None
    """The registry in which it was found to have no problems."""


_kept: OrderedDict[str, Ready] = OrderedDict()
_lock: Final = Lock()


def ready_version(workflow: Workflow, number: int | None) -> Ready | None:
    """Return the published version of that number, for None the newest; None when there is none.

    Raises ``GraphProblemsError`` when it cannot run.
    """
    published = workflow.versions.filter(number__isnull=False)
    chosen = published.filter(number=number) if number else published.order_by("-number")
    version_id = chosen.values_list("pk", flat=True).first()
    if version_id is None:
        return None
    ready = _kept.get(version_id) or _read(version_id)
    if ready is not None:
        _require_valid(ready, workflow.project_id)
    return ready


def _read(version_id: str) -> Ready | None:
    version = WorkflowVersion.objects.filter(pk=version_id).first()
    if version is None:
        return None
    graph = msgspec.json.encode(version.graph)
    ready = Ready(version, startable(version), graph, _is_still(version.graph))
    if len(graph) <= KEPT_BYTES:
        with _lock:
            _kept[version_id] = ready
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return ready


def _is_still(graph: dict[str, Any]) -> bool:
    return not any(node.get("kind") in _MOVING for node in graph.get("nodes", ()))


def _require_valid(ready: Ready, project_id: int) -> None:
    registry = catalogue.fingerprint()
    if ready.still and ready.valid_with == registry:
        return
    require_valid(ready.version.graph, project_id)
    ready.valid_with = registry
