"""What is wrong with a graph, given the agents this installation has and the workflows of its project."""

from typing import Any

import msgspec

from designer.actions import catalogue, documents, graph_files, nesting
from designer.actions.errors import GraphProblemsError, InvalidGraphError
from designer.contracts.emits import emit_problems
from designer.domain.graph import Problem
from designer.domain.validate import validate


def problems_of(document: dict[str, Any], project_id: int) -> list[Problem]:
    """Return the problems of a workflow document of a project, errors first; the wrong shape is just that problem."""
    try:
        graph = documents.parse(document)
    except InvalidGraphError as error:
        return [
            Problem(code=each["code"], message=each["message"], field=each["field"]) for each in error.data["errors"]
        ]
    found = validate(graph, catalogue.current(), catalogue.workflows_for(document, project_id))
    found += emit_problems(graph)
    found = [*found, *nesting.problems_of(document, project_id), *graph_files.problems_of(document, project_id)]
    return sorted(found, key=lambda problem: problem.severity)


def require_valid(document: dict[str, Any], project_id: int) -> None:
    """Raise ``GraphProblemsError`` when the document has a problem that is more than a warning."""
    problems = problems_of(document, project_id)
    if any(problem.severity == "error" for problem in problems):
        raise GraphProblemsError(as_json(problems))


def as_json(problems: list[Problem]) -> list[dict[str, Any]]:
    """Return problems as JSON objects, every field present."""
    return [msgspec.structs.asdict(problem) for problem in problems]
