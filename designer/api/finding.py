"""Finds what a request names, within the projects its sender sees; what is elsewhere does not exist."""

from typing import cast

from django.contrib.auth.models import User
from rest_framework.request import Request

from agentcluster.errors import BadInputError, NotFoundError
from agentcluster.ids import is_id
from agentcluster.security.models import Project
from agentcluster.security.permissions import visible, visible_projects
from designer.models import Run, Workflow, WorkflowVersion


def user_of(request: Request) -> User:
    """Return the account behind a request that a permission class has let in."""
    return cast(User, request.user)


def find_project(user: User, slug: str | None) -> Project:
    """Return the project of that slug, or the user's first one; ``BadInputError`` on ``/project`` when there is none."""
    projects = visible_projects(user).order_by("pk")
    project = projects.filter(slug=slug).first() if slug and "\0" not in slug else None if slug else projects.first()
    if project is None:
        message = f"There is no project “{slug}” that you may see." if slug else "You are not a member of any project."
        raise BadInputError(message, field="/project")
    return project


def find_workflow(user: User, workflow_id: str) -> Workflow:
    """Return the workflow, or raise ``NotFoundError``."""
    rows = Workflow.objects.select_related("project", "draft_updated_by")
    workflow = visible(rows, user).filter(pk=workflow_id).first() if is_id(workflow_id) else None
    if workflow is None:
        raise NotFoundError("There is no such workflow, or you may not see it.")
    return workflow


def find_version(workflow: Workflow, number: int) -> WorkflowVersion:
    """Return the published version of that number, or raise ``NotFoundError``."""
    version = workflow.versions.select_related("created_by").filter(number=number).first()
    if version is None:
        raise NotFoundError(f"“{workflow.title}” has no version {number}.")
    return version


def find_run(user: User, run_id: str) -> Run:
    """Return the run with its workflow and version, or raise ``NotFoundError``."""
    rows = Run.objects.select_related("project", "workflow", "version", "created_by")
    run = visible(rows, user).filter(pk=run_id).first() if is_id(run_id) else None
    if run is None:
        raise NotFoundError("There is no such run, or you may not see it.")
    return run
