"""The policies as this process knows them: never waits, never fails."""

from collections.abc import Callable
from typing import Any

from agents.domain.policy import Kind, PolicySet, Subject, spec_of

OnChange = Callable[[PolicySet], None]

_current = PolicySet()
_specs: dict[tuple[Kind, Subject], Any] = {}
_listeners: list[OnChange] = []
_SPECS_MAX = 10_000


def current() -> PolicySet:
    """Return the newest set this process has seen; the empty one before it has seen any."""
    return _current


def spec(kind: Kind, subject: Subject) -> Any:
    """Return the spec (``SPECS[kind]``) that holds for the subject, from memory when it was asked for before."""
    found = _specs.get((kind, subject))
    if found is None:
        if len(_specs) >= _SPECS_MAX:
            _specs.clear()
        found = _specs[kind, subject] = spec_of(_current, kind, subject)
    return found


def replace(policies: PolicySet) -> bool:
    """Use a set from now on and tell the listeners; False when it is no newer than the one in use."""
    global _current  # noqa: PLW0603 - one set for the process is the point
    if policies.number <= _current.number:
        return False
    _current = policies
    _specs.clear()
    for listener in [*_listeners]:
        listener(policies)
    return True


def on_change(listener: OnChange) -> None:
    """Call ``listener`` with every new set."""
    _listeners.append(listener)
