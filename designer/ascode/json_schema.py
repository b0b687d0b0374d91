"""The JSON Schema of workflow documents, made from the types, with their docstrings as descriptions for editors."""

import ast
import inspect
import sys
from itertools import pairwise
from typing import Any, Final, get_args

import msgspec

from designer.ascode.document import TriggerDocument, WorkflowDocument
from designer.domain.graph import Edge, Node
from designer.domain.nodes import Position, SwitchCase
from designer.domain.policies import Cache, Concurrency, OnError, RetryPolicy, Settings

ID: Final = "https://agentcluster.dev/schema/workflow/v1.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final[tuple[type, ...]] = (
    *(
        WorkflowDocument,
        TriggerDocument,
        Edge,
        Position,
        SwitchCase,
        Settings,
        RetryPolicy,
        OnError,
        Cache,
        Concurrency,
    ),
    *get_args(Node),
)
_COMMON: Final = {
    "kind": "What the step does.",
    "id": "Unique in the workflow; expressions name the step by it.",
    "title": "What people read.",
}


def workflow_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that a workflow document fits."""
    _, components = msgspec.json.schema_components([WorkflowDocument], ref_template="#/$defs/{name}")
    for kind in _TYPES:
        if kind.__name__ in components:
            _describe(components[kind.__name__], kind)
    root = components.pop(WorkflowDocument.__name__)
    root["title"] = "AgentCluster workflow"
    # A document is known by its schema; everything else may be absent.
    root["required"] = ["schema"]
    return {"$schema": DIALECT, "$id": ID, **root, "$defs": dict(sorted(components.items()))}


def _describe(schema: dict[str, Any], kind: type) -> None:
    told = _field_docs(kind)
    for name, field in schema.get("properties", {}).items():
        words = told.get(name) or (_COMMON.get(name) if issubclass(kind, get_args(Node)) else None)
        if words:
            field["description"] = words


def _field_docs(kind: type) -> dict[str, str]:
    """Return the string that stands below each field in the source of a class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if not each.__module__.startswith("designer."):
            continue
        tree = ast.parse(inspect.getsource(sys.modules[each.__module__]))
        bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == each.__name__]
        for body in bodies:
            for field, below in pairwise(body):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(below):
                    found[field.target.id] = inspect.cleandoc(ast.literal_eval(below.value))  # type: ignore[attr-defined]
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
