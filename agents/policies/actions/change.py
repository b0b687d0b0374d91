"""What every change shares: who may, whether it is about the newest set, the new set, the audit entry, the push."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.security import audit
from agents.domain.policy import Policy
from agents.domain.policy_check import NOTE_MAX, Checked, Registry
from agents.domain.policy_faults import Fault
from agents.models import AgentVersion
from agents.policies import following, live, store
from agents.policies.errors import (
    BadPoliciesError,
    MayNotSetPoliciesError,
    NothingChangedError,
    PoliciesChangedError,
)
from agents.policies.models import PolicySetVersion

PERMISSION = "policies.add_policysetversion"
Change = Callable[[tuple[Policy, ...]], tuple[Policy, ...]]


def require(user: User) -> None:
    """Raise ``MayNotSetPoliciesError`` unless the user may change policies."""
    if not (user.is_active and (user.is_staff or user.has_perm(PERMISSION))):
        raise MayNotSetPoliciesError


def commit(
    user: User, expected: int, change: Change, *, action: str, title: str = "", note: str = "", **data: Any
) -> PolicySetVersion:
    """Make a new set of what ``change`` returns, given the policies of the set with the number ``expected``.

    It is in force in this process when this returns, and everywhere within a second.

    Raises:
        PoliciesChangedError: ``expected`` is not the newest set (any more).
        NothingChangedError: the policies are what they were.
        BadPoliciesError: the note is too long; what ``change`` raises.
    """
    if len(note) > NOTE_MAX:
        raise BadPoliciesError([Fault("/note", "out_of_range", f"Must be a text of at most {NOTE_MAX:,} characters.")])
    before = store.newest()
    if before.number != expected:
        raise _changed(before.number, expected)
    policies = change(before.policies)
    if policies == before.policies:
        raise NothingChangedError
    # Above what this process has seen, too: a database that was restored may have forgotten numbers that were pushed.
    number = max(before.number, live.current().number) + 1
    try:
        with transaction.atomic():
            row = store.keep(
                policies, number=number, previous=before.number, action=action, title=title, note=note, by=user
            )
            audit.announce(user, f"policies.{action}", number, title or f"set {number}", note=note, **data)
    except IntegrityError as error:
        raise _changed(store.newest().number, expected) from error
    transaction.on_commit(lambda: _push(row))
    return row


def good(checked: Checked) -> tuple[Policy, ...]:
    """Return the policies that were checked, or raise ``BadPoliciesError``."""
    if checked.faults:
        raise BadPoliciesError(checked.faults)
    return checked.policies


def registry() -> Registry:
    """Return the versions of each registered agent."""
    found: dict[str, set[str]] = {}
    for agent, version in AgentVersion.objects.values_list("agent__name", "version"):
        found.setdefault(agent, set()).add(version)
    return {agent: frozenset(versions) for agent, versions in found.items()}


def _changed(number: int, expected: int) -> PoliciesChangedError:
    message = f"You changed set {expected}, but set {number} is in force now. Look at it, then change it again."
    return PoliciesChangedError(message, number=number)


def _push(row: PolicySetVersion) -> None:
    live.replace(store.as_set(row))
    following.push_soon()
