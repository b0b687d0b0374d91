"""Which workflows run inside which: a version names those inside it by their versions, and neither ever changes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db.models import Count, TextField
from django.db.models.functions import Cast

from designer.actions.errors import WorkflowInUseError
from designer.engine.versions import VersionUnusableError
from designer.models import OPEN_STATUSES, Run, Workflow, WorkflowVersion

NAMED: Final = 5
GONE: Final = "A workflow inside this one no longer exists."


class Use(NamedTuple):
    """A version of another workflow inside which a workflow runs; ``number`` is None for a draft that was run."""

    workflow_id: str
    title: str
    number: int | None
    open_runs: int

    @property
    def name(self) -> str:
        """What people call it."""
        return f"“{self.title}” version {self.number}" if self.number else f"the draft of “{self.title}”"


def uses_of(workflow: Workflow) -> list[Use]:
    """Return the versions of other workflows that ``workflow`` runs inside, at any depth: all published ones, and those of
    open runs; these first.
    """
    rows = _versions_with_others_inside(workflow.project_id)
    inside = {row.pk: versions_in(row.graph) for row in rows}
    found = _around({*workflow.versions.values_list("pk", flat=True)}, inside)
    goes_on = _open_runs(workflow.project_id)
    uses = [
        Use(row.workflow_id, row.workflow.title, row.number, goes_on[row.pk])
        for row in rows
        if row.pk in found and row.workflow_id != workflow.pk and (row.number or goes_on[row.pk])
    ]
    return sorted(uses, key=lambda use: (not use.open_runs, use.title, use.number or 0))


def in_use(workflow: Workflow, uses: Sequence[Use]) -> WorkflowInUseError:
    """Return why a workflow may not go. Data: ``used_by``, and ``forcible`` where no open run stands in the way."""
    runs = sum(use.open_runs for use in uses)
    names = ", ".join(use.name for use in uses[:NAMED]) + (f" and {len(uses) - NAMED} more" if uses[NAMED:] else "")
    if runs:
        have = "1 run has" if runs == 1 else f"{runs} runs have"
        why = f"of which {have} not ended; cancel or wait."
    else:
        why = "which could not be started without it; delete it with force if you mean that."
    used_by = [
        {"workflow_id": use.workflow_id, "title": use.title, "version": use.number, "open_runs": use.open_runs}
        for use in uses
    ]
    return WorkflowInUseError(f"“{workflow.title}” runs inside {names}, {why}", used_by=used_by, forcible=not runs)


@lru_cache(maxsize=1024)
def workflows_inside(version_id: str) -> tuple[str, ...]:
    """Return the ids of the workflows that run inside a version, at any depth. ``VersionUnusableError`` when one is gone."""
    found: set[str] = set()
    seen: set[str] = set()
    wanted = {version_id}
    while wanted:
        rows = {row.pk: row for row in WorkflowVersion.objects.filter(pk__in=wanted).only("workflow_id", "graph")}
        if wanted - rows.keys() - {version_id}:
            raise VersionUnusableError(GONE)
        found |= {row.workflow_id for pk, row in rows.items() if pk != version_id}
        seen |= wanted
        wanted = {inner for row in rows.values() for inner in versions_in(row.graph)} - seen
    return tuple(sorted(found))


def versions_in(graph: dict[str, Any]) -> set[str]:
    """Return the ids of the versions that run directly in a graph's steps."""
    nodes: Iterable[dict[str, Any]] = graph.get("nodes", ())
    return {node["version_id"] for node in nodes if node.get("kind") == "workflow" and node.get("version_id")}


def _versions_with_others_inside(project_id: int) -> list[WorkflowVersion]:
    rows = WorkflowVersion.objects.filter(workflow__project=project_id).annotate(text=Cast("graph", TextField()))
    chosen = rows.filter(text__contains='"version_id"').select_related("workflow")
    return [*chosen.order_by().only("number", "graph", "workflow__title")]


def _around(inner: set[str], inside: dict[str, set[str]]) -> set[str]:
    """Return the versions that any of ``inner`` runs in, at any depth."""
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for version, held in inside.items():
        for each in held:
            holders[each].add(version)
    found: set[str] = set()
    wanted = inner
    while wanted:
        wanted = set().union(*(holders[each] for each in wanted)) - found
        found |= wanted
    return found


def _open_runs(project_id: int) -> Counter[str]:
    """Return how many runs of each version have not ended."""
    open_runs = Run.objects.filter(project=project_id, status__in=OPEN_STATUSES).order_by()
    return Counter(dict(open_runs.values_list("version_id").annotate(Count("pk"))))
