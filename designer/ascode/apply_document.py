"""Bring a workflow into the state that a document describes, or say what that would change (features C13)."""

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action
from designer.actions import audit, documents
from designer.actions.create_workflow import create_workflow
from designer.actions.publish import publish
from designer.actions.save_draft import save_draft
from designer.actions.update_workflow import update_workflow
from designer.actions.validation import as_json, problems_of
from designer.ascode.apply_triggers import AppliedTrigger, apply_triggers, checked_triggers
from designer.ascode.comparing import Changes, as_text, compare
from designer.ascode.document import WorkflowDocument, base_of, plain_graph
from designer.ascode.errors import DocumentProblemsError, NewerDraftError, error
from designer.ascode.exporting import draft_document
from designer.ascode.reading import Parsed, place_of
from designer.models import AuditEntry, Workflow

APPLIED = "workflow.apply"


@dataclass(frozen=True)
class Wish:
    """How a document is applied."""

    publish: bool = False
    note: str = ""
    force: bool = False
    """Overwrite a draft that is newer than the document."""
    allow_problems: bool = False
    prune: bool = False
    """Delete the triggers that a document which lists triggers does not list."""


@dataclass
class Applied:
    """What an application changes, or has changed."""

    outcome: Literal["created", "updated", "unchanged"]
    workflow: Workflow | None
    document: WorkflowDocument
    changes: Changes
    text: str
    problems: list[dict[str, Any]]
    version: int | None = None
    """Number of the published version, when asked to publish."""
    published: bool = False
    """Whether that version is new."""
    triggers: list[AppliedTrigger] = field(default_factory=list)


def preview(user: User, project: Project, parsed: Parsed, wish: Wish) -> Applied:
    """Return what ``apply_document`` would change; nothing is written, nothing refused but what cannot be read.

    Raises ``NotFoundError`` or ``ForbiddenError`` when the user may not see the project, ``InvalidDocumentError`` when
    the settings of a trigger do not fit.
    """
    permissions.require(user, Action.VIEW, project)
    document = _completed(parsed)
    workflow = Workflow.objects.filter(project=project, name=document.name).first() if document.name else None
    before = draft_document(workflow) if workflow else None
    document = _kept_triggers(before, document, wish)
    changes = compare(before, document)
    outcome: Literal["created", "updated", "unchanged"] = "updated" if changes else "unchanged"
    revision = f"{document.name or 'draft'} (draft {workflow.draft_revision})" if workflow else ""
    text = as_text(before, document, revision, f"{document.name or 'document'} (document)")
    problems = _problems(project, document, parsed)
    return Applied(outcome if workflow else "created", workflow, document, changes, text, problems)


def apply_document(user: User, project: Project, parsed: Parsed, wish: Wish) -> Applied:
    """Create or change the workflow of the document's name; all of it or nothing. To apply it again changes nothing.

    Raises:
        ForbiddenError: the user may not edit in the project.
        InvalidDocumentError: it has no name, or a trigger's settings do not fit.
        DocumentProblemsError: it has problems; each says where in the file.
        NewerDraftError: the draft was changed since the document was exported or applied last.
    """
    permissions.require(user, Action.EDIT, project)
    if not parsed.document.name:
        raise error('The document has no "name".', "no_name", 1, 1, field="/name")
    with transaction.atomic():
        # Writing first takes the row's lock, so that no other draft comes between the look and the change.
        Workflow.objects.filter(project=project, name=parsed.document.name).update(name=parsed.document.name)
        applied = preview(user, project, parsed, wish)
        serious = [problem for problem in applied.problems if problem["severity"] == "error"]
        if serious and (wish.publish or not wish.allow_problems):
            raise DocumentProblemsError(applied.problems)
        workflow = applied.workflow = _write(user, project, applied, parsed.document.base, wish)
        if wish.publish:
            version, applied.published = publish(user, workflow, workflow.draft_revision, wish.note)
            applied.version = version.number
        if applied.document.triggers is not None:
            applied.triggers = apply_triggers(user, workflow, applied.document.triggers, parsed, prune=wish.prune)
    return applied


def _write(user: User, project: Project, applied: Applied, base: str, wish: Wish) -> Workflow:
    document, workflow = applied.document, applied.workflow
    graph = plain_graph(document.graph)
    about = {"title": document.title, "description": document.description}
    if workflow is None:
        workflow = create_workflow(user, project, name=document.name, graph=graph, **about)
    else:
        changed = {name: value for name, value in about.items() if getattr(workflow, name) != value}
        if changed:
            update_workflow(user, workflow, **changed)
        if not applied.changes.graph:
            return workflow
        _require_base(workflow, base, wish)
        workflow = save_draft(user, workflow, graph, workflow.draft_revision)
    revision = workflow.draft_revision
    audit.record(user, APPLIED, project, workflow.pk, workflow.title, revision=revision, outcome=applied.outcome)
    return workflow


def _require_base(workflow: Workflow, base: str, wish: Wish) -> None:
    """Refuse to overwrite a draft that neither this document was exported from nor a document was applied to last."""
    if wish.force or base == base_of(documents.parse(workflow.draft)):
        return
    last = AuditEntry.objects.filter(action=APPLIED, object_id=workflow.pk).first()
    if last is not None and last.data.get("revision") == workflow.draft_revision:
        return
    by = workflow.draft_updated_by.get_username() if workflow.draft_updated_by else None
    at = workflow.updated_at
    raise NewerDraftError(
        f"“{workflow.title}” has a draft that this document does not know (revision {workflow.draft_revision}, saved by "
        f"{by or 'somebody'} at {at:%Y-%m-%d %H:%M:%S} UTC). Export it and change that, or overwrite it on purpose.",
        revision=workflow.draft_revision,
        updated_by=by,
        updated_at=at.isoformat(),
    )


def _completed(parsed: Parsed) -> WorkflowDocument:
    """Return the document with its title, and its triggers as they would be kept."""
    document = parsed.document
    triggers = None if document.triggers is None else checked_triggers(parsed)
    return msgspec.structs.replace(document, title=document.title or document.name, triggers=triggers)


def _kept_triggers(before: WorkflowDocument | None, document: WorkflowDocument, wish: Wish) -> WorkflowDocument:
    """Return the document with the triggers that stay though it does not list them."""
    if before is None or document.triggers is None:
        return document
    listed = {trigger.name for trigger in document.triggers}
    others = () if wish.prune else tuple(each for each in before.triggers or () if each.name not in listed)
    triggers = tuple(sorted((*document.triggers, *others), key=lambda each: each.name))
    return msgspec.structs.replace(document, triggers=triggers)


def _problems(project: Project, document: WorkflowDocument, parsed: Parsed) -> list[dict[str, Any]]:
    found = problems_of(plain_graph(document.graph), project.pk)
    places = (place_of(problem, parsed.document, parsed.marks) for problem in found)
    return [{**told, **place} for told, place in zip(as_json(found), places, strict=True)]
