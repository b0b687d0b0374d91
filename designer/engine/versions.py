"""Workflow versions ready to run, loaded from SQL once and kept: a version never changes."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor
from typing import Final

import msgspec
from django.db import close_old_connections

from agentcluster.errors import AgentClusterError
from designer.domain.graph import Graph
from designer.domain.plan import Plan, compile_plan
from designer.models import WorkflowVersion

CAPACITY: Final = 500


class VersionUnusableError(AgentClusterError):
    """The workflow version of this run cannot be executed."""

    code = "version_unusable"


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
    """Read and compile a version (synchronous). Raises ``VersionUnusableError``."""
    document = WorkflowVersion.objects.filter(pk=version_id).values_list("graph", flat=True).first()
    if document is None:
        raise VersionUnusableError("The workflow version of this run no longer exists.", version=version_id)
    try:
        return compile_plan(msgspec.convert(document, Graph))
    except Exception as error:
        raise VersionUnusableError(f"The workflow version of this run cannot be executed: {error}") from error


def _load(version_id: str) -> Plan:
    close_old_connections()
    try:
        return load_plan(version_id)
    finally:
        close_old_connections()
