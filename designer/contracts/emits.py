"""Steps that emit on a subject with a contract: what is known of their payload must fit it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from agents.contracts import reading
from agents.contracts.formats.base import BrokenError
from agents.contracts.models import Contract
from agents.contracts.usage import of_subject
from agents.domain.contracts.partial import faults
from designer.domain.graph import EmitNode, Graph, Problem

MOST = 10


def emit_problems(graph: Graph) -> list[Problem]:
    """Return how emitted messages break the contracts of their subjects, as far as that is known before a run."""
    return [problem for node in graph.nodes if isinstance(node, EmitNode) for problem in _of(node)]


def literal_subject(node: EmitNode) -> str:
    """Return the subject a step emits on; empty when it is worked out by an expression."""
    subject = node.input.get("subject")
    return subject if isinstance(subject, str) and not unknown(subject) else ""


def unknown(value: Any) -> bool:
    """Whether a value is worked out while the run goes on."""
    return isinstance(value, str) and "${" in value


def _of(node: EmitNode) -> Iterator[Problem]:
    subject = literal_subject(node)
    contract = of_subject(subject) if subject else None
    if contract is None:
        return
    payload = node.input.get("payload")
    for pointer, message in _faults(contract, payload):
        told = f"It breaks the contract {contract.name}: {message}."
        yield Problem("contract_broken", told, node=node.id, field=f"/input/payload{pointer}")


def _faults(contract: Contract, payload: Any) -> list[tuple[str, str]]:
    schema = reading.read(reading.version(contract, "latest").schema)
    found = [(fault.pointer, fault.message) for fault in faults(schema.shape(), payload, unknown)]
    if not found and b"${" not in msgspec.json.encode(payload):
        try:
            schema.encode(payload)
        except BrokenError as error:
            found = [(fault.field, fault.message) for fault in error.faults]
    return found[:MOST]
