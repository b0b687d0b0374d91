"""The workflow of a plan: made once for an instruction, and used again as long as the plan and its draft stay the same."""

from typing import Final

from django.contrib.auth.models import User
from django.utils.text import slugify

from agentcluster.security.models import Project
from designer.actions import documents
from designer.actions.create_workflow import create_workflow
from designer.actions.plan_instruction import Planned
from designer.models import Workflow

TITLE: Final = 120
WORDS: Final = 60
MARK: Final = 10
"""So many characters of the plan's digest stand in the workflow's name."""


def find(project: Project, plan: Planned) -> Workflow | None:
    """Return the workflow that was made of this plan and still is this plan; None when there is none."""
    rows = Workflow.objects.filter(project=project, name__startswith=_name(plan)).select_related("project")
    return next((row for row in rows.order_by("pk") if documents.digest(row.draft) == plan.digest), None)


def make(user: User, project: Project, plan: Planned) -> Workflow:
    """Make the workflow of a plan, called after its instruction; raises ``ForbiddenError`` for who may not edit."""
    words = "".join(sign for sign in plan.instruction if sign.isprintable() or sign.isspace())
    name, title = _name(plan), " ".join(words.split())
    taken = set(Workflow.objects.filter(project=project, name__startswith=name).values_list("name", flat=True))
    free = next(each for each in (name, *(f"{name}-{at}" for at in range(2, len(taken) + 3))) if each not in taken)
    short = title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"
    return create_workflow(user, project, name=free, title=short, description=plan.explanation, graph=plan.graph)


def _name(plan: Planned) -> str:
    words = slugify(plan.instruction)[:WORDS].strip("-_") or "plan"
    return f"{words}-{plan.digest.removeprefix('sha256:')[:MARK]}"
