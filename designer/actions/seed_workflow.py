"""Put a template's workflow into a project, published, with its sample file."""

import msgspec
from django.contrib.auth.models import User

from agentcluster.security.models import Project
from designer import samples
from designer.actions.create_workflow import create_workflow
from designer.actions.publish import publish
from designer.actions.sample_input import ready_input
from designer.models import Workflow


def seed_workflow(user: User, project: Project, name: str) -> Workflow:
    """Create the workflow of the template ``name`` under that name and publish it as version 1.

    A workflow that has the name already is somebody's: it is returned as it is.
    """
    existing = Workflow.objects.filter(project=project, name=name).first()
    if existing is not None:
        return existing
    template = samples.template(name)
    ready_input(user, project, template)
    seed_needed(user, project, template)
    workflow = create_workflow(
        user,
        project,
        title=template.title,
        name=name,
        description=template.description,
        graph=msgspec.to_builtins(template.graph),
    )
    publish(user, workflow, workflow.draft_revision, "As it came")
    return workflow


def seed_needed(user: User, project: Project, template: samples.Template) -> None:
    """Put the workflows a template's steps run into the project, published, unless they are there."""
    for name in template.needs:
        seed_workflow(user, project, name)
