"""Two documents side by side: what changes, field by field, and line by line."""

from difflib import unified_diff
from typing import Any

import msgspec

from agents.domain.contracts.diff import Line, lines
from designer.ascode.document import WorkflowDocument
from designer.ascode.writing import to_yaml
from designer.domain.diff import FieldChange, GraphDiff, diff, fields
from designer.domain.graph import Graph
from designer.domain.written import written


class Changes(msgspec.Struct, frozen=True):
    """What differs between two documents; ``about``: name, title and description."""

    about: tuple[FieldChange, ...]
    graph: GraphDiff
    triggers: tuple[FieldChange, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.about or self.graph or self.triggers)

    def as_json(self) -> dict[str, Any]:
        """Return the changes as one JSON object with a list for each part."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return {"about": found["about"], **found["graph"], "triggers": found["triggers"]}


def compare(before: WorkflowDocument | None, after: WorkflowDocument) -> Changes:
    """Return how ``after`` differs from ``before`` (None: there was nothing); marks of drafts are no content."""
    old = before or WorkflowDocument()
    about = fields(_about(old), _about(after))
    triggers: tuple[FieldChange, ...] = ()
    if after.triggers is not None:
        triggers = tuple(fields(_by_name(old), _by_name(after)))
    return Changes(tuple(about), diff(old.graph if before else Graph(), after.graph), triggers)


def as_text(before: WorkflowDocument | None, after: WorkflowDocument, old: str, new: str) -> str:
    """Return a unified diff of the two as YAML, headed by the names ``old`` and ``new``; empty when they are equal."""
    if before is not None:
        if not compare(before, after):
            return ""
        before = _alongside(before, after)
    return "".join(unified_diff(_lines(before), _lines(after), old if before else "/dev/null", new))


def as_lines(before: WorkflowDocument, after: WorkflowDocument) -> list[Line]:
    """Return the lines of ``as_text`` with their numbers, for pages; none when the two are equal."""
    if not compare(before, after):
        return []
    return lines("".join(_lines(_alongside(before, after))), "".join(_lines(after)))


def _alongside(before: WorkflowDocument, after: WorkflowDocument) -> WorkflowDocument:
    """Return ``before`` so that no line differs for the order of nodes alone, or for triggers that are not spoken of."""
    place = {node.id: index for index, node in enumerate(after.nodes)}
    nodes = sorted(before.nodes, key=lambda node: place.get(node.id, len(place)))
    triggers = None if after.triggers is None else before.triggers
    return msgspec.structs.replace(before, nodes=tuple(nodes), triggers=triggers)


def _about(document: WorkflowDocument) -> dict[str, str]:
    return {"name": document.name, "title": document.title, "description": document.description}


def _by_name(document: WorkflowDocument) -> dict[str, Any]:
    return {trigger.name: written(trigger) for trigger in document.triggers or ()}


def _lines(document: WorkflowDocument | None) -> list[str]:
    if document is None:
        return []
    shown = msgspec.structs.replace(document, base="", triggers=document.triggers or None)
    return to_yaml(shown).splitlines(keepends=True)
