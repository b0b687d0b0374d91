"""Triggers on subjects with a contract: the workflow must take what messages of the contract become."""

import re
from typing import Any, Final

from agents.contracts.joining import consumer_faults, latest
from agents.contracts.models import Contract
from agents.domain.contracts.binding import meet
from agents.domain.contracts.json_parts import Root
from designer.actions.errors import InvalidInputError
from designer.models import Workflow, WorkflowVersion

_BODY: Final = re.compile(r"\$\{\s*body\s*\}")
_FIELD: Final = re.compile(r"\$\{\s*body((?:\.[A-Za-z_]\w*)+)\s*\}")
MOST: Final = 20


def meeting(pattern: str) -> list[Contract]:
    """Return the contracts that apply to some subject of a trigger's pattern."""
    words = pattern.split(".")
    live = Contract.objects.filter(versions__deleted=False, system=False).exclude(pattern="").distinct()
    return [contract for contract in live if meet(words, contract.pattern.split("."))]


def check_consumer(workflow: Workflow, version: int | None, subject: str, value: Any) -> None:
    """Pass unless a message of a contract on ``subject`` could not become the workflow's input; InvalidInputError.

    ``value`` is the trigger's input mapping. What cannot be known before a message comes is left to then.
    """
    faults = [fault for contract in meeting(subject) for fault in consumer_problems(workflow, version, contract, value)]
    if faults:
        raise InvalidInputError(faults[:MOST])


def consumer_problems(workflow: Workflow, version: int | None, contract: Contract, value: Any) -> list[dict[str, str]]:
    """Return how the workflow does not take messages of a contract, by field of the trigger."""
    if isinstance(value, str) and _BODY.fullmatch(value.strip()):
        start = _start_schema(workflow, version)
        return [
            _problem("/input" + reason.path, contract, f"of its messages, {reason.message}")
            for reason in (consumer_faults(contract, start) if start else ())
        ]
    _, schema = latest(contract.name)
    shape = schema.shape(decoded=True) if schema is not None else True
    return [
        _problem(pointer, contract, f"its messages have no “{path[1:]}”")
        for pointer, path in _fields(value, "/input")
        if not _exists(shape, path[1:].split("."))
    ]


def _problem(field: str, contract: Contract, message: str) -> dict[str, str]:
    return {
        "field": field,
        "message": f"does not fit the contract {contract.name}: {message}",
        "code": "contract_mismatch",
    }


def _start_schema(workflow: Workflow, version: int | None) -> Any:
    rows = workflow.versions.filter(number__isnull=False)
    row: WorkflowVersion | None = (rows.filter(number=version) if version else rows.order_by("-number")).first()
    graph = row.graph if row is not None else workflow.draft
    starts = [node for node in graph.get("nodes", []) if node.get("kind") == "start"]
    schema = starts[0].get("schema") if starts else None
    # A field with a default may be missing: a run fills it in.
    if not isinstance(schema, dict):
        return None
    properties = schema.get("properties", {})
    needed = [name for name in schema.get("required", ()) if "default" not in properties.get(name, {})]
    return {**schema, "required": needed}


def _fields(value: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for name, each in value.items() for found in _fields(each, f"{pointer}/{name}")]
    if isinstance(value, str) and (match := _FIELD.fullmatch(value.strip())):
        return [(pointer, match.group(1))]
    return []


def _exists(shape: Any, names: list[str]) -> bool:
    """Whether a field can be there; true where the schema does not say."""
    root, schema = Root(shape), shape
    for name in names:
        schema = root.at(schema)
        if not isinstance(schema, dict) or "anyOf" in schema or "allOf" in schema or "oneOf" in schema:
            return True
        properties = schema.get("properties", {})
        if name not in properties:
            return schema.get("additionalProperties", True) is not False
        schema = properties[name]
    return True
