"""The policies as this process knows them: never waits, never fails. ``agents.policies.following`` keeps them current."""

import logging
import os
from collections.abc import Callable
from typing import Any, Final

import msgspec

from agents.domain.policy import Kind, Policy, PolicySet, Subject, find, read_spec

logger = logging.getLogger(__name__)

OnChange = Callable[[PolicySet], None]
_Key = tuple[Kind, Subject, str]

_SPECS_MAX: Final = 10_000


class _Known:
    """A set and what was read from it. A new set gets a new one, so that no thread keeps what an old set said."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.found: dict[_Key, tuple[Policy | None, Any]] = {}
        self.limits_by_tag = any(each.kind == "rate_limit" and each.match.tag for each in policies.policies)


_known = _Known(PolicySet())
_region = os.environ.get("NODE_REGION", "")
_listeners: list[OnChange] = []


def stand_in(region: str) -> None:
    """Say where this process stands, the region of subjects that name none; ``NODE_REGION`` where nobody says."""
    global _region, _known
    _region, _known = region, _Known(_known.policies)


def current() -> PolicySet:
    """Return the newest set this process has seen; the empty one before it has seen any."""
    return _known.policies


def spec(kind: Kind, subject: Subject, about: str = "") -> Any:
    """Return the spec (``SPECS[kind]``) that holds for the subject, from memory when it was asked for before.

    ``about`` (see ``agents.domain.policy.answers``) asks for one side of a kind, such as the rate limits per workflow.
    """
    return _look(kind, subject, about)[1]


def policy(kind: Kind, subject: Subject, about: str = "") -> Policy | None:
    """Return the policy that holds for the subject; None where the kind's defaults do."""
    return _look(kind, subject, about)[0]


def limits_by_tag() -> bool:
    """Return whether a rate limit asks for tags, so that a subject's have to be looked up."""
    return _known.limits_by_tag


def replace(policies: PolicySet) -> bool:
    """Use a set from now on and tell the listeners; False when it is no newer than the one in use.

    A listener that fails is logged, and keeps neither the others nor the caller from going on.
    """
    global _known  # noqa: PLW0603 - one set for the process is the point
    if policies.number <= _known.policies.number:
        return False
    _known = _Known(policies)
    for listener in [*_listeners]:
        try:
            listener(policies)
        except Exception:
            logger.exception("policies: %r cannot take set %d", listener, policies.number)
    return True


def on_change(listener: OnChange) -> None:
    """Call ``listener`` with every new set, in the loop given to ``following.start``, else in a thread of its own."""
    _listeners.append(listener)


def forget(listener: OnChange) -> None:
    """Call a listener no more."""
    if listener in _listeners:
        _listeners.remove(listener)


def _look(kind: Kind, subject: Subject, about: str) -> tuple[Policy | None, Any]:
    known = _known
    found = known.found.get((kind, subject, about))
    if found is None:
        if len(known.found) >= _SPECS_MAX:
            known.found.clear()
        here = subject if subject.region or not _region else msgspec.structs.replace(subject, region=_region)
        holding = find(known.policies, kind, here, about)
        found = known.found[kind, subject, about] = (holding, read_spec(kind, holding))
    return found
