"""Files that a graph names itself: they have to be the project's, and none can be put together from parts."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agentcluster.security.models import Project
from agents.domain.file_marks import KEY
from designer.actions.file_references import Found, references_in, resolve
from designer.domain.graph import Problem

MADE: Final = (
    "A reference to a file cannot be put together; pass on the one that a step or the input gives, as a whole."
)


def problems_of(document: dict[str, Any], project_id: int) -> list[Problem]:
    """Return a problem for each reference to a file that is not the project's; a query only where there are references."""
    found = [(node["id"], *each) for node in document.get("nodes", ()) for each in references_in(_settings(node))]
    made = [Problem("made_reference", MADE, node=name, field=field) for name, field, value in found if _is_made(value)]
    literal = [each for each in found if not _is_made(each[2]) and isinstance(_inside(each[2]).get("digest"), str)]
    if not literal:
        return made
    project = Project.objects.get(pk=project_id)
    return [*made, *(problem for name, field, value in literal for problem in _unknown(name, (field, value), project))]


def _settings(node: dict[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in node.items() if name not in ("id", "kind")}


def _inside(value: dict[str, Any]) -> dict[str, Any]:
    inside = value[KEY]
    return inside if isinstance(inside, dict) else {}


def _is_made(value: dict[str, Any]) -> bool:
    """Return whether expressions stand in a reference (in a JSON Schema, ``$artifact`` is the name of a property)."""
    return isinstance(value[KEY], (str, dict)) and b"${" in msgspec.json.encode(value[KEY])


def _unknown(node: str, found: Found, project: Project) -> Iterator[Problem]:
    for error in resolve([found], project)[1]:
        yield Problem(error["code"], error["message"], node=node, field=error["field"])
