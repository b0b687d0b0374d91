"""What operators have decided: policies by kind, and which of them holds for a call (features A9).

A ``PolicySet`` is immutable and numbered; every change makes the next one. It travels as one JSON document in the
key-value bucket ``policies`` under ``current``.
"""

from typing import Any, Final, Literal

import msgspec

Kind = Literal["admission", "rate_limit", "circuit_breaker", "retry", "routing", "degrade", "canary", "mirror"]
KINDS: Final[tuple[Kind, ...]] = (
    "admission",
    "rate_limit",
    "circuit_breaker",
    "retry",
    "routing",
    "degrade",
    "canary",
    "mirror",
)
POLICIES_MAX: Final = 1000


class _Spec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a policy says; every field has the default that holds where no policy does."""


class Admission(_Spec, frozen=True):
    """The entry (features E1): ``concurrent`` starts in work at a time, the next wait ``wait_ms``, then 429."""

    concurrent: int = 50
    wait_ms: int = 500
    retry_after_s: int = 1


class RateLimit(_Spec, frozen=True):
    """A token bucket shared by all processes (E2): ``rate`` a second, up to ``burst`` at once, one bucket per ``per``."""

    rate: float = 100.0
    burst: int = 100
    per: Literal["user", "token", "agent", "workflow", "address"] = "user"


class CircuitBreaker(_Spec, frozen=True):
    """Opens when at least ``min_calls`` in ``window_s`` failed by ``error_rate`` (0-1), tries again after ``open_s`` (E3)."""

    error_rate: float = 0.5
    min_calls: int = 10
    window_s: float = 30.0
    open_s: float = 15.0
    half_open_calls: int = 3
    slow_ms: float = 0.0
    """Calls that take longer count as failed; 0: none do."""


class Retry(_Spec, frozen=True):
    """For steps that set no retry of their own; see ``designer.domain.policies.Retry``."""

    attempts: int = 1
    first_s: float = 1.0
    factor: float = 2.0
    max_s: float = 60.0
    jitter: float = 0.1


class Routing(_Spec, frozen=True):
    """The choice of an instance (C9): the exact score's weights, and when what is known of an instance is too old."""

    pending_weight: float = 0.7
    idle_weight: float = 0.3
    stale_ms: int = 3000
    version_weights: dict[str, int] = {}
    """Shares of calls that name no version, by version; empty: all to the newest."""


class Degrade(_Spec, frozen=True):
    """What a caller gets instead of an error (E4), when the agent's breaker is open or its call failed for good."""

    answer: Literal["error", "value", "cached", "agent", "later"] = "error"
    value: Any = None
    agent: str = ""
    """The cheaper agent, as ``name`` or ``name@version``, that gets the same input."""
    cached_for_s: int = 3600
    on: tuple[str, ...] = ("breaker_open",)
    """Error codes; ``*`` means every one."""


class Canary(_Spec, frozen=True):
    """A version that gets traffic in steps (C11)."""

    version: str = ""
    steps: tuple[int, ...] = (10, 50, 100)
    pause_s: float = 600.0
    max_error_rate: float = 0.005


class Mirror(_Spec, frozen=True):
    """A shadow version that gets a copy of ``share`` per cent of the calls; its answers are compared, never used (C11)."""

    version: str = ""
    share: float = 10.0


SPECS: Final[dict[Kind, type[_Spec]]] = {
    "admission": Admission,
    "rate_limit": RateLimit,
    "circuit_breaker": CircuitBreaker,
    "retry": Retry,
    "routing": Routing,
    "degrade": Degrade,
    "canary": Canary,
    "mirror": Mirror,
}


class Match(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a policy holds: everything that is set must be so. ``tag`` is a tag (group) of the user."""

    agent: str = ""
    version: str = ""
    instance: str = ""
    region: str = ""
    tag: str = ""


class Policy(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One decision. ``spec`` is that of its kind (``SPECS``)."""

    name: str
    kind: Kind
    match: Match = Match()
    spec: dict[str, Any] = {}
    enabled: bool = True
    note: str = ""


class Subject(msgspec.Struct, frozen=True):
    """What a policy is looked for: a call, a request. ``tags`` are all tags of its user."""

    agent: str = ""
    version: str = ""
    instance: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()


class PolicySet(msgspec.Struct, frozen=True, omit_defaults=True):
    """All policies of the installation; ``number`` 0 is the empty one everybody begins with."""

    number: int = 0
    policies: tuple[Policy, ...] = ()
    by: str = ""
    at_ms: int = 0
    note: str = ""


_RANK: Final = (("instance", 16), ("version", 8), ("agent", 4), ("tag", 2), ("region", 1))


def weight(match: Match) -> int:
    """Return how specific a match is: instance before version before agent before tag before region."""
    return sum(rank for name, rank in _RANK if getattr(match, name))


def holds(match: Match, subject: Subject) -> bool:
    """Return whether everything the match names is so."""
    plain = all(
        not getattr(match, name) or getattr(match, name) == getattr(subject, name)
        for name in ("instance", "version", "agent", "region")
    )
    return plain and (not match.tag or match.tag in subject.tags)


def find(policies: PolicySet, kind: Kind, subject: Subject) -> Policy | None:
    """Return the policy that holds: the most specific one; of equals the last in the set."""
    found: Policy | None = None
    for policy in policies.policies:
        if policy.kind != kind or not policy.enabled or not holds(policy.match, subject):
            continue
        if found is None or weight(policy.match) >= weight(found.match):
            found = policy
    return found


def spec_of(policies: PolicySet, kind: Kind, subject: Subject) -> Any:
    """Return the spec (``SPECS[kind]``) that holds for the subject; its defaults when no policy does."""
    policy = find(policies, kind, subject)
    return msgspec.convert(policy.spec if policy else {}, SPECS[kind])
