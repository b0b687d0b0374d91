"""Create a workflow, from nothing or from a graph."""

from typing import Any, Final

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from agentcluster.security import permissions
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action
from designer.actions import audit, documents
from designer.actions.errors import NameTakenError
from designer.domain.graph import SCHEMA
from designer.models import Workflow

EMPTY: Final[dict[str, Any]] = {
    "schema": SCHEMA,
    "nodes": [
        {"kind": "start", "id": "start", "title": "Start", "position": {"x": 0, "y": 0}},
        {"kind": "end", "id": "end", "title": "End", "position": {"x": 640, "y": 0}},
    ],
    "edges": [],
}
"""What an empty workflow begins with."""

_NAME_LENGTH: Final = 80
_ATTEMPTS: Final = 5


def create_workflow(
    user: User,
    project: Project,
    *,
    title: str,
    name: str = "",
    description: str = "",
    graph: dict[str, Any] | None = None,
) -> Workflow:
    """Create a workflow in ``project``; an empty ``name`` is made from the title and never clashes.

    Raises:
        ForbiddenError: the user may not edit in the project.
        InvalidGraphError, TooLargeError: the graph is not a workflow document.
        NameTakenError: the project has a workflow of the name asked for.
    """
    permissions.require(user, Action.EDIT, project)
    draft = documents.complete(graph) if graph is not None else EMPTY
    documents.parse(draft)
    for _ in range(_ATTEMPTS):
        fields = {"name": name or _free_name(project, title), "title": title, "description": description}
        try:
            with transaction.atomic():
                workflow = Workflow.objects.create(project=project, draft=draft, draft_updated_by=user, **fields)
                audit.record(user, "workflow.create", project, workflow.pk, title)
            return workflow
        except IntegrityError:
            # Somebody took the name between looking and creating; only a name of our own making may be changed.
            if name:
                break
    raise NameTakenError(errors=[{"field": "/name", "message": "is taken in this project", "code": "name_taken"}])


def _free_name(project: Project, title: str) -> str:
    base = slugify(title)[: _NAME_LENGTH - 5].strip("-_") or "workflow"
    taken = set(Workflow.objects.filter(project=project, name__startswith=base).values_list("name", flat=True))
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in candidates if name not in taken)
