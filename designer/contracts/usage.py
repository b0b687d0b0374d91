"""Workflows that emit under a contract, and triggers that take its messages."""

from typing import Final

from django.contrib.auth.models import User

from agentcluster.security.permissions import visible
from agents.contracts.models import Contract
from agents.contracts.usage import Use
from agents.domain.contracts.binding import covers, meet
from designer.actions import documents
from designer.actions.errors import InvalidGraphError
from designer.contracts.consumers import consumer_problems
from designer.contracts.emits import emit_problems, literal_subject
from designer.domain.graph import EmitNode, Graph
from designer.models import WorkflowVersion
from designer.triggers.models import Kind, Trigger

MOST: Final = 500


def find(contract: Contract, user: User) -> list[Use]:
    """Return who uses the contract in the user's projects (a finder)."""
    return [*_workflows(contract, user), *_triggers(contract, user)] if contract.pattern else []


def _workflows(contract: Contract, user: User) -> list[Use]:
    """The newest published version of each workflow counts."""
    pattern = contract.pattern.split(".")
    seen: set[str] = set()
    found: list[Use] = []
    rows = WorkflowVersion.objects.filter(number__isnull=False).select_related("workflow").order_by("-number")
    for row in visible(rows, user, "workflow__project")[:MOST]:
        if row.workflow_id in seen:
            continue
        seen.add(row.workflow_id)
        if not any(node.get("kind") == "emit" for node in row.graph.get("nodes", [])):
            continue
        try:
            graph = documents.parse(row.graph)
        except InvalidGraphError:
            continue
        for node in graph.nodes:
            if isinstance(node, EmitNode) and covers(pattern, literal_subject(node).split(".")):
                found.append(_emit(row, graph, node))
    return found


def _emit(row: WorkflowVersion, graph: Graph, node: EmitNode) -> Use:
    problems = [problem for problem in emit_problems(graph) if problem.node == node.id]
    return {
        "kind": "workflow",
        "name": row.workflow.title,
        "role": "producer",
        "detail": f"{node.id} · {row.number}",
        "url": f"/workflows/{row.workflow_id}",
        "problem": problems[0].message if problems else "",
    }


def _triggers(contract: Contract, user: User) -> list[Use]:
    pattern = contract.pattern.split(".")
    found: list[Use] = []
    rows = Trigger.objects.filter(kind=Kind.NATS).select_related("workflow")
    for trigger in visible(rows, user, "workflow__project")[:MOST]:
        subject = trigger.config.get("subject", "")
        if not meet(subject.split("."), pattern):
            continue
        problems = consumer_problems(trigger.workflow, trigger.version, contract, trigger.input)
        found.append(
            {
                "kind": "trigger",
                "name": trigger.name,
                "role": "consumer",
                "detail": f"{trigger.workflow.title} · {subject}",
                "url": f"/workflows/{trigger.workflow_id}/triggers",
                "problem": problems[0]["message"] if problems else "",
            }
        )
    return found
