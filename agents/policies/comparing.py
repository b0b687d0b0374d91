"""What differs between two sets, policy by policy and field by field; and which policy holds for a subject, and why."""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from agents.domain.policy import KINDS, Kind, Policy, PolicySet, Subject, answers, holds, read_spec, weight
from agents.domain.policy_faults import escaped

SIDES: Final[dict[Kind, tuple[str, ...]]] = {
    "admission": ("entry", "instance"),
    "rate_limit": ("user", "token", "agent", "workflow", "address"),
}
MISSING: Final = object()


class Difference(msgspec.Struct, frozen=True):
    """What became of a policy from one set to another; ``fields`` are JSON pointers."""

    name: str
    change: Literal["added", "removed", "changed", "moved"]
    before: Policy | None = None
    after: Policy | None = None
    fields: tuple[str, ...] = ()


class Looked(msgspec.Struct, frozen=True):
    """A policy that was looked at: why it holds, or why not."""

    name: str
    reason: Literal["holds", "off", "match", "less_specific", "earlier"]
    field: str = ""
    """Of ``match``: what is not so."""


class Answer(msgspec.Struct, frozen=True):
    """What holds for a subject in one question; without a policy the defaults of the kind do."""

    kind: Kind
    about: str
    policy: str | None
    spec: Any
    looked_at: tuple[Looked, ...]


def differences(before: PolicySet, after: PolicySet) -> list[Difference]:
    """Return what changed, in the order of the later set, then what was removed; an order that counts is a change, too."""
    old = {policy.name: policy for policy in before.policies}
    new = {policy.name: policy for policy in after.policies}
    found = []
    for name, policy in new.items():
        earlier = old.get(name)
        if earlier is None:
            found.append(Difference(name, "added", None, policy))
        elif earlier != policy:
            fields = tuple(_fields(msgspec.to_builtins(earlier), msgspec.to_builtins(policy), ""))
            found.append(Difference(name, "changed", earlier, policy, fields))
    found += [Difference(name, "removed", policy) for name, policy in old.items() if name not in new]
    kept_old = [name for name in old if name in new]
    kept_new = [name for name in new if name in old]
    moved = next((name for was, name in zip(kept_old, kept_new, strict=True) if was != name), None)
    if moved is not None:
        found.append(Difference(moved, "moved", old[moved], new[moved]))
    return found


def _fields(before: Any, after: Any, at: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from _fields(before.get(name, MISSING), after.get(name, MISSING), f"{at}/{escaped(name)}")
    elif before != after:
        yield at


def answers_for(policies: PolicySet, subject: Subject) -> list[Answer]:
    """Return which policy of each kind holds for a subject, and why the others do not."""
    return [_answer(policies, kind, about, subject) for kind in KINDS for about in SIDES.get(kind, ("",))]


def _answer(policies: PolicySet, kind: Kind, about: str, subject: Subject) -> Answer:
    asked = [policy for policy in policies.policies if policy.kind == kind and answers(policy, about)]
    holding = [policy for policy in asked if policy.enabled and holds(policy.match, subject)]
    most = max((weight(policy.match) for policy in holding), default=0)
    last = next((policy for policy in reversed(holding) if weight(policy.match) == most), None)
    looked = tuple(_looked(policy, subject, last) for policy in asked)
    return Answer(kind, about, last.name if last else None, read_spec(kind, last), looked)


def _looked(policy: Policy, subject: Subject, last: Policy | None) -> Looked:
    if policy is last:
        return Looked(policy.name, "holds")
    if not policy.enabled:
        return Looked(policy.name, "off")
    if not holds(policy.match, subject):
        return Looked(policy.name, "match", _unmet(policy, subject))
    if last is not None and weight(policy.match) < weight(last.match):
        return Looked(policy.name, "less_specific")
    return Looked(policy.name, "earlier")


def _unmet(policy: Policy, subject: Subject) -> str:
    for name in ("agent", "version", "instance", "region"):
        wanted = getattr(policy.match, name)
        if wanted and wanted != getattr(subject, name):
            return name
    return "tag"
