"""Workflow versions ready to run, loaded from SQL once and kept: a version never changes."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor
from typing import Final

import msgspec
from django.db import close_old_connections

from agentcluster.errors import AgentClusterError
from designer.domain.graph import MAX_NESTING, Graph, WorkflowNode
from designer.domain.plan import Plan, compile_plan
from designer.models import WorkflowVersion

CAPACITY: Final = 500


class VersionUnusableError(AgentClusterError):
    """The workflow version of this run cannot be executed."""

    code = "version_unusable"
    status = 409


class Versions:
    """The plans of the ``CAPACITY`` versions used last; concurrent first uses of one share the loading."""

    def __init__(self, executor: Executor) -> None:
        """Load in ``executor``."""
        self._executor = executor
        self._plans: OrderedDict[str, Plan] = OrderedDict()
        self._loading: dict[str, asyncio.Future[Plan]] = {}

    def cached(self, version_id: str) -> Plan | None:
        """Return the plan when it is at hand."""
        plan = self._plans.get(version_id)
        if plan is not None:
            self._plans.move_to_end(version_id)
        return plan

    async def plan(self, version_id: str) -> Plan:
        """Return the plan. Raises ``VersionUnusableError``; database errors pass through (try again later)."""
        plan = self.cached(version_id)
        if plan is not None:
            return plan
        loading = self._loading.get(version_id)
        if loading is None:
            loop = asyncio.get_running_loop()
            loading = self._loading[version_id] = loop.run_in_executor(self._executor, _load, version_id)
            loading.add_done_callback(lambda _: self._loading.pop(version_id, None))
        plan = await asyncio.shield(loading)
        self._plans[version_id] = plan
        if len(self._plans) > CAPACITY:
            self._plans.popitem(last=False)
        return plan


def load_plan(version_id: str) -> Plan:
    """Read and compile a version with those of its inner workflows (synchronous). Raises ``VersionUnusableError``."""
    graphs = _load_graphs(version_id)
    plans: dict[str, Plan] = {}
    _compile(version_id, graphs, plans, {}, ())
    return plans[version_id]


def _load_graphs(version_id: str) -> dict[str, Graph]:
    """Return the graphs of a version and of all versions inside it, a level of nesting with each query."""
    graphs: dict[str, Graph] = {}
    wanted = {version_id}
    while wanted:
        documents = dict(WorkflowVersion.objects.filter(pk__in=wanted).values_list("pk", "graph"))
        for missing in wanted - documents.keys():
            which = "The workflow version of this run" if missing == version_id else "A workflow inside this one"
            raise VersionUnusableError(f"{which} no longer exists.", version=missing)
        for pk, document in documents.items():
            graphs[pk] = _parse(document)
        wanted = {inner for pk in documents for inner in _inner(graphs[pk])} - graphs.keys()
    return graphs


def _parse(document: object) -> Graph:
    try:
        return msgspec.convert(document, Graph)
    except msgspec.ValidationError as error:
        raise VersionUnusableError(f"The workflow version of this run cannot be executed: {error}") from error


def _inner(graph: Graph) -> list[str]:
    return [node.version_id for node in graph.nodes if isinstance(node, WorkflowNode) and node.version_id]


def _compile(
    version_id: str, graphs: dict[str, Graph], plans: dict[str, Plan], depths: dict[str, int], above: tuple[str, ...]
) -> int:
    """Compile a version after those inside it (``above`` are those it stands in); return how deep they go."""
    if version_id in depths:
        return depths[version_id]
    if version_id in above:
        raise VersionUnusableError("The workflow of this run runs itself, directly or through another one.")
    inner = _inner(graphs[version_id])
    depth = max((1 + _compile(each, graphs, plans, depths, (*above, version_id)) for each in inner), default=0)
    if depth > MAX_NESTING:
        raise VersionUnusableError(f"Workflows may stand in each other {MAX_NESTING} deep; these are deeper.")
    try:
        plans[version_id] = compile_plan(graphs[version_id], {each: plans[each] for each in inner})
    except Exception as error:
        raise VersionUnusableError(f"The workflow version of this run cannot be executed: {error}") from error
    depths[version_id] = depth
    return depth


def _load(version_id: str) -> Plan:
    close_old_connections()
    try:
        return load_plan(version_id)
    finally:
        close_old_connections()
