"""What is wrong with a graph, given the agents this installation has."""

from typing import Any

import msgspec

from designer.actions import catalogue, documents
from designer.actions.errors import GraphProblemsError, InvalidGraphError
from designer.domain.graph import Problem
from designer.domain.validate import validate


def problems_of(document: dict[str, Any]) -> list[Problem]:
    """Return the problems of a workflow document, errors first; one that has the wrong shape has just that problem."""
    try:
        graph = documents.parse(document)
    except InvalidGraphError as error:
        return [
            Problem(code=each["code"], message=each["message"], field=each["field"]) for each in error.data["errors"]
        ]
    return sorted(validate(graph, catalogue.current()), key=lambda problem: problem.severity)


def require_valid(document: dict[str, Any]) -> None:
    """Raise ``GraphProblemsError`` when the document has a problem that is more than a warning."""
    problems = problems_of(document)
    if any(problem.severity == "error" for problem in problems):
        raise GraphProblemsError(as_json(problems))


def as_json(problems: list[Problem]) -> list[dict[str, Any]]:
    """Return problems as JSON objects, every field present."""
    return [msgspec.structs.asdict(problem) for problem in problems]
