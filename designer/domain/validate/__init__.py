"""Everything that can be known to be wrong with a graph before it runs (features C2, C3)."""

from designer.domain.catalogue import AgentEntry, Catalogue, Workflows
from designer.domain.graph import Graph, Problem
from designer.domain.validate.bindings import check_bindings
from designer.domain.validate.scope import Sight
from designer.domain.validate.settings import check_settings
from designer.domain.validate.topology import check_topology
from designer.domain.validate.workflow import check_workflow

__all__ = ["AgentEntry", "Catalogue", "validate"]

_FATAL = frozenset({"too_many_nodes", "duplicate_id", "cycle", "bad_schema"})


def validate(graph: Graph, catalogue: Catalogue, workflows: Workflows | None = None) -> list[Problem]:
    """Return the problems of a graph, the shape's first; a graph without any of severity ``error`` can run.

    ``workflows`` are those of the project that its steps may run.
    """
    problems = list(check_topology(graph))
    if not _FATAL & {problem.code for problem in problems}:
        sight = Sight(graph, catalogue, workflows)
        problems += [*check_settings(sight), *check_workflow(graph), *check_bindings(sight)]
    return problems
