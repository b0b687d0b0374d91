"""A graph made ready to run: neighbours, scopes and compiled expressions, computed once per version."""

from dataclasses import dataclass

from designer.domain.graph import Graph


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``Run`` needs of a graph."""

    graph: Graph


def compile_plan(graph: Graph) -> Plan:
    """Return the plan of a valid graph (``validate`` first: this does not explain)."""
    return Plan(graph)
