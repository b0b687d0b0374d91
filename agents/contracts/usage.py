"""Who sends and takes messages of a contract. Other parts of the system say so through finders."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Q

from agents.contracts.joining import manifest_faults
from agents.contracts.models import Contract
from agents.domain.contracts.binding import agent_side, covers
from agents.models import AgentVersion

Use = dict[str, Any]
"""``kind``, ``name``, ``role`` (producer or consumer), ``detail``, ``url`` on the page, ``problem`` (empty: it fits)."""
Finder = Callable[[Contract, User], list[Use]]
"""Returns of those that use a contract the ones that the user may see."""
_finders: Final[list[Finder]] = []
MOST: Final = 200


def add_finder(finder: Finder) -> None:
    """Ask ``finder``, too, from now on."""
    if finder not in _finders:
        _finders.append(finder)


def used_by(contract: Contract, user: User) -> list[Use]:
    """Return who uses the contract, as far as ``user`` may see it: agents, and whatever the finders find."""
    side = agent_side(contract.pattern)
    if side is not None:
        return _agent(*side)
    return [use for finder in _finders for use in finder(contract, user)][:MOST]


def of_subject(subject: str) -> Contract | None:
    """Return the contract that applies to a NATS subject, None when none does."""
    live = Contract.objects.filter(versions__deleted=False).distinct()
    exact = live.filter(pattern=subject).first()
    if exact is not None:
        return exact
    words = subject.split(".")
    wild = live.filter(Q(pattern__contains="*") | Q(pattern__contains=">"))
    return next((each for each in wild.order_by("-pattern") if covers(each.pattern.split("."), words)), None)


def _agent(name: str, side: str) -> list[Use]:
    row = (
        AgentVersion.objects.select_related("agent")
        .filter(agent__name=name)
        .order_by("prerelease", "-sort_key")
        .first()
    )
    if row is None:
        return []
    faults = [fault for fault in manifest_faults(row.manifest, name) if fault["field"].startswith(f"/intent/{side}")]
    return [
        {
            "kind": "agent",
            "name": f"{name}@{row.version}",
            "role": "consumer" if side == "input" else "producer",
            "detail": side,
            "url": f"/agents/{name}",
            "problem": faults[0]["message"] if faults else "",
        }
    ]
