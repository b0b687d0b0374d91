"""Set what holds for a contract, or for all: level, mode, what it applies to, and the project it belongs to."""

import re
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.errors import BadInputError
from agentcluster.security import audit
from agentcluster.security.models import Project
from agentcluster.subjects import OWN, SUBJECT_MAX
from agents.contracts import reading
from agents.contracts.access import (
    home_of_new,
    named_project,
    require_administrator,
    require_bind,
    require_change,
    require_writable,
)
from agents.contracts.actions.register import checked_name
from agents.contracts.errors import BadLevelError, BadModeError, NoOwnLevelError, NoOwnModeError
from agents.contracts.models import Contract
from agents.contracts.publishing import publish_soon
from agents.domain.contracts.binding import agent_side
from agents.domain.contracts.compatibility import Level

MODES: Final = ("READWRITE", "READONLY")
_WORD: Final = re.compile(r"[^\s.*>\x00-\x1f\x7f]+|\*")


class PatternTakenError(BadInputError):
    """Another contract applies to this NATS subject already."""

    code = "pattern_taken"
    status = 409


def set_level(user: User, name: str, level: str, *, inherit: bool = False) -> Level | None:
    """Set the compatibility level of a contract (empty name: of all without their own) and return it.

    ``inherit``: an empty level lets the one for all hold.
    """
    if inherit and name and not level:
        _set(user, name, "compatibility", "")
        return None
    if level.upper() not in Level.__members__:
        raise BadLevelError(
            f"“{level[:40]}” is no compatibility level: {BadLevelError.__doc__}", field="/compatibility"
        )
    _set(user, name, "compatibility", level.upper())
    return Level(level.upper())


def set_mode(user: User, name: str, mode: str, *, inherit: bool = False) -> str:
    """Set the mode of a contract (empty name: of all without their own) and return it; ``inherit`` as ``set_level``."""
    if inherit and name and not mode:
        _set(user, name, "mode", "")
        return ""
    if mode.upper() not in MODES:
        raise BadModeError(f"“{mode[:40]}” is no mode here: {BadModeError.__doc__}", field="/mode")
    _set(user, name, "mode", mode.upper())
    return mode.upper()


def forget_level(user: User, name: str) -> Level:
    """Let the level for all hold again (empty name: BACKWARD for all); return the one before."""
    return Level(_forget(user, name, "compatibility", "BACKWARD", NoOwnLevelError))


def forget_mode(user: User, name: str) -> str:
    """Let the mode for all hold again (empty name: READWRITE for all); return the one before."""
    return _forget(user, name, "mode", "READWRITE", NoOwnModeError)


def set_pattern(user: User, contract: Contract, pattern: str) -> None:
    """Apply the contract to a NATS subject, which may have wildcards, or a side of an agent; empty: to none.

    Raises ForbiddenError, BadInputError for what is no subject or the system's own, PatternTakenError.
    """
    require_bind(user)
    require_change(user, contract)
    require_writable(contract)
    if pattern:
        _check_pattern(pattern)
        taken = Contract.objects.filter(pattern=pattern).exclude(pk=contract.pk).first()
        if taken is not None:
            raise PatternTakenError(f"“{taken.name}” applies to {pattern} already.", field="/pattern")
    with transaction.atomic():
        contract.pattern = pattern
        contract.save(update_fields=["pattern", "updated_at"])
        audit.announce(user, "contract.bind", contract.pk, contract.name, contract.project, pattern=pattern)
        publish_soon()


def set_project(user: User, contract: Contract, slug: str) -> None:
    """Give the contract to a project, empty: to none; raises ForbiddenError, BadInputError, ReadOnlyError."""
    require_bind(user)
    require_change(user, contract)
    before = contract.project
    with transaction.atomic():
        contract.project = named_project(Project.objects.all(), slug) if slug else None
        contract.save(update_fields=["project", "updated_at"])
        told = {"before": before.slug if before else "", "after": slug}
        audit.announce(user, "contract.give", contract.pk, contract.name, contract.project or before, **told)


def _check_pattern(pattern: str) -> None:
    if len(pattern) <= SUBJECT_MAX and agent_side(pattern):
        return
    words = pattern.split(".")
    body = words[:-1] if words[-1] == ">" else words
    if len(pattern) > SUBJECT_MAX or not body or not all(_WORD.fullmatch(word) for word in body):
        message = "A NATS subject is words joined by dots; * stands for one word, > at the end for the rest."
        raise BadInputError(message, field="/pattern")
    if words[0] in OWN or words[0] in ("*", ">") or words[0][0] in "$_":
        own = ", ".join(OWN)
        message = f"It must begin with a word of its own: not with a wildcard, $, _ or one of the system's ({own})."
        raise BadInputError(message, field="/pattern")


def _set(user: User, name: str, field: str, value: str) -> None:
    if not name:
        require_administrator(user)
        with transaction.atomic():
            row = reading.settings()
            setattr(row, field, value)
            row.save()
            audit.announce(user, f"contracts.{field}", row.pk, "all contracts", value=value)
        return
    with transaction.atomic():
        contract = Contract.objects.filter(name=name).first()
        if contract is None:  # A level may be set before the first version is registered.
            contract = Contract(name=checked_name(name), project=home_of_new(user))
        require_change(user, contract)
        setattr(contract, field, value)
        contract.save()
        audit.announce(user, f"contract.{field}", contract.pk, name, contract.project, value=value)
        publish_soon()


def _forget(user: User, name: str, field: str, default: str, missing: type[Any]) -> str:
    if not name:
        before = str(getattr(reading.settings(), field))
        _set(user, "", field, default)
        return before
    contract = Contract.objects.filter(name=name).first()
    if contract is not None:
        require_change(user, contract)
    before = getattr(contract, field, "") if contract is not None else ""
    if not before:
        raise missing()
    _set(user, name, field, "")
    return before
