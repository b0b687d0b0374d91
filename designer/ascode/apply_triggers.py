"""Triggers as a document lists them: made, changed and, when asked, deleted by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from django.contrib.auth.models import User

from agentcluster.errors import AgentClusterError
from designer.actions.errors import InvalidInputError
from designer.ascode.document import TriggerDocument
from designer.ascode.errors import InvalidDocumentError
from designer.ascode.exporting import short_config, trigger_document
from designer.ascode.reading import Parsed, located
from designer.models import Workflow
from designer.triggers import kinds, mapping
from designer.triggers.actions.create_trigger import create_trigger
from designer.triggers.actions.delete_trigger import delete_trigger
from designer.triggers.actions.enable_trigger import enable_trigger
from designer.triggers.actions.update_trigger import update_trigger
from designer.triggers.models import Trigger


@dataclass(frozen=True)
class AppliedTrigger:
    """What became of a trigger; ``secret`` is told this once."""

    id: str
    name: str
    outcome: Literal["created", "updated", "unchanged", "deleted"]
    secret: str = ""


def checked_triggers(parsed: Parsed) -> tuple[TriggerDocument, ...]:
    """Return the document's triggers as they would be exported; ``InvalidDocumentError`` says what does not fit."""
    found: dict[str, TriggerDocument] = {}
    for index, trigger in enumerate(parsed.document.triggers or ()):
        with _at(parsed, f"/triggers/{index}"):
            if trigger.name in found:
                message = f"“{trigger.name}” stands here twice."
                raise InvalidInputError([{"field": "/name", "message": message, "code": "name_taken"}])
            config = kinds.stored(kinds.read(trigger.kind, trigger.config))
            value = None if trigger.input == kinds.DEFAULT_INPUT[trigger.kind] else trigger.input
            if value is not None:
                mapping.check(trigger.kind, value)
            short = short_config(trigger.kind, config)
            found[trigger.name] = msgspec.structs.replace(trigger, config=short, input=value)
    return tuple(sorted(found.values(), key=lambda each: each.name))


def apply_triggers(
    user: User, workflow: Workflow, wanted: tuple[TriggerDocument, ...], parsed: Parsed, *, prune: bool
) -> list[AppliedTrigger]:
    """Bring the workflow's triggers into the state of ``wanted``; others are deleted only with ``prune``.

    Raises what the trigger's actions raise; what is wrong with a setting as ``InvalidDocumentError``.
    """
    rows = {row.name: row for row in Trigger.objects.filter(workflow=workflow).select_related("workflow__project")}
    places = {trigger.name: index for index, trigger in enumerate(parsed.document.triggers or ())}
    done = []
    for trigger in (each for each in wanted if each.name in places):
        with _at(parsed, f"/triggers/{places[trigger.name]}"):
            done.append(_applied(user, workflow, rows.get(trigger.name), trigger))
    for name, row in rows.items():
        if prune and name not in places:
            identifier = row.pk
            delete_trigger(user, row)
            done.append(AppliedTrigger(identifier, name, "deleted"))
    return done


def _applied(user: User, workflow: Workflow, row: Trigger | None, wanted: TriggerDocument) -> AppliedTrigger:
    plain: dict[str, Any] = {
        "version": wanted.version,
        "priority": wanted.priority,
        "labels": wanted.labels,
    }
    if row is None:
        row, secret = create_trigger(
            user, workflow, kind=wanted.kind, name=wanted.name, config=wanted.config, value=wanted.input,
            enabled=wanted.enabled, **plain,
        )  # fmt: skip
        return AppliedTrigger(row.pk, row.name, "created", secret)
    if row.kind != wanted.kind:
        message = (
            f"is a {row.kind} trigger by now; its kind cannot be changed. Delete it, or give this one another name."
        )
        raise InvalidInputError([{"field": "/kind", "message": message, "code": "other_kind"}])
    if trigger_document(row) == wanted:
        return AppliedTrigger(row.pk, row.name, "unchanged")
    value = kinds.DEFAULT_INPUT[wanted.kind] if wanted.input is None else wanted.input
    secret = update_trigger(user, row, {**plain, "config": wanted.config, "input": value})
    enable_trigger(user, row, enabled=wanted.enabled)
    return AppliedTrigger(row.pk, row.name, "updated", secret)


@contextmanager
def _at(parsed: Parsed, pointer: str) -> Iterator[None]:
    """Say where in the file a trigger is that something is wrong with."""
    try:
        yield
    except InvalidDocumentError:
        raise
    except InvalidInputError as problem:
        errors = [located({**each, "field": pointer + each["field"]}, parsed.marks) for each in problem.data["errors"]]
        raise InvalidDocumentError(errors) from problem
    except AgentClusterError as problem:
        problem.data.setdefault("trigger", pointer)
        raise
