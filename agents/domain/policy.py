"""What operators have decided: policies by kind, and which of them holds for a call (features A9).

A ``PolicySet`` is immutable and numbered; every change makes the next one. It travels as one JSON document in the
key-value bucket ``policies`` under ``current``. What a policy may say is checked by ``agents.domain.policy_check``.
"""

import hashlib
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from agents.domain.placement import REPLICAS_MAX

Kind = Literal[
    "admission", "rate_limit", "circuit_breaker", "retry", "routing", "degrade", "scaling", "canary", "mirror"
]
KINDS: Final[tuple[Kind, ...]] = (
    "admission",
    "rate_limit",
    "circuit_breaker",
    "retry",
    "routing",
    "degrade",
    "scaling",
    "canary",
    "mirror",
)
POLICIES_MAX: Final = 1000
PER: Final = "user"
"""What a rate limit counts by unless it says so."""

_Share = Annotated[float, Meta(ge=0, le=1)]
_Percent = Annotated[int, Meta(ge=1, le=100)]
_Weight = Annotated[int, Meta(ge=0, le=1_000_000)]
_Version = Annotated[str, Meta(max_length=64)]


class _Spec(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a policy says; every field has the default that holds where no policy does."""


class Admission(_Spec, frozen=True):
    """The entry (features E1): ``concurrent`` starts in work at a time, the next wait ``wait_ms``, then 429.

    Where the match names an agent or an instance: the calls that an instance works on at a time.
    """

    concurrent: Annotated[int, Meta(ge=1, le=100_000, description="Starts in work at a time, in each web process")] = 50
    wait_ms: Annotated[int, Meta(ge=0, le=10_000, description="How long the next one waits for a place")] = 500
    retry_after_s: Annotated[int, Meta(ge=1, le=3600, description="When those that are refused may try again")] = 1
    max_ack_pending: Annotated[
        int, Meta(ge=1, le=100_000, description="Messages of each JetStream trigger at work at a time")
    ] = 100
    max_runs: Annotated[
        int,
        Meta(ge=0, le=1_000_000, description="Runs each engine worker holds; 0: as many as its ENGINE_MAX_RUNS says"),
    ] = 0


class RateLimit(_Spec, frozen=True):
    """A token bucket shared by all processes (E2): ``rate`` a second, up to ``burst`` at once, one bucket per ``per``."""

    rate: Annotated[float, Meta(ge=0.001, le=1_000_000, description="Tokens a second")] = 100.0
    burst: Annotated[int, Meta(ge=1, le=1_000_000, description="At most so many at once")] = 1000
    per: Annotated[
        Literal["user", "token", "agent", "workflow", "address"], Meta(description="What has a bucket of its own")
    ] = "user"


class CircuitBreaker(_Spec, frozen=True):
    """Opens when at least ``min_calls`` in ``window_s`` failed by ``error_rate`` (0-1), tries again after ``open_s`` (E3)."""

    error_rate: Annotated[_Share, Meta(description="Opens at this share of failed calls, 0 to 1")] = 0.5
    min_calls: Annotated[int, Meta(ge=1, le=1_000_000, description="Not before so many calls")] = 10
    window_s: Annotated[float, Meta(ge=1, le=3600, description="Calls of the last so many seconds count")] = 30.0
    open_s: Annotated[float, Meta(ge=0.1, le=3600, description="How long it stays open before it is tried again")] = (
        15.0
    )
    half_open_calls: Annotated[int, Meta(ge=1, le=1000, description="So many calls try whether it works again")] = 3
    slow_ms: Annotated[
        float, Meta(ge=0, le=86_400_000, description="Calls that take longer count as failed; 0: none do")
    ] = 0.0


class Retry(_Spec, frozen=True):
    """For steps that set no retry of their own; see ``designer.domain.policies.RetryPolicy``."""

    attempts: Annotated[int, Meta(ge=1, le=100, description="At most so many attempts; 1: no retry")] = 1
    first_s: Annotated[float, Meta(ge=0, le=86_400, description="The pause before the second attempt")] = 1.0
    factor: Annotated[float, Meta(ge=1, le=100, description="Each pause is so many times the one before")] = 2.0
    max_s: Annotated[float, Meta(ge=0, le=86_400, description="No pause is longer")] = 60.0
    jitter: Annotated[_Share, Meta(description="Pauses vary at random by this share, 0 to 1")] = 0.1


class Routing(_Spec, frozen=True):
    """The choice of an instance (C9): the exact score's weights, and when what is known of an instance is too old."""

    pending_weight: Annotated[_Share, Meta(description="Weight of the calls that wait at an instance")] = 0.7
    idle_weight: Annotated[_Share, Meta(description="Weight of the time since it last took a call")] = 0.3
    stale_ms: Annotated[int, Meta(ge=100, le=600_000, description="Figures older than this do not count")] = 3000
    version_weights: Annotated[
        dict[_Version, _Weight],
        Meta(description="Shares of the calls that name no version, by version; empty: all to the newest"),
    ] = {}


class Degrade(_Spec, frozen=True):
    """What a caller gets instead of an error (E4), when the agent's breaker is open or its call failed for good."""

    answer: Annotated[
        Literal["error", "value", "cached", "agent", "later"], Meta(description="What the caller gets instead")
    ] = "error"
    value: Annotated[Any, Meta(description="The fixed answer, for “value”")] = None
    agent: Annotated[
        str, Meta(max_length=128, description="The cheaper agent that gets the same input: name or name@version")
    ] = ""
    cached_for_s: Annotated[int, Meta(ge=1, le=2_592_000, description="How old a cached answer may be")] = 3600
    on: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...],
        Meta(min_length=1, max_length=50, description="Error codes this is for; * means every one"),
    ] = ("breaker_open",)


class Scaling(_Spec, frozen=True):
    """How many instances a deployment has by its load (A3); see ``agents.domain.scaling``. Without a policy nothing scales."""

    min: Annotated[int, Meta(ge=1, le=REPLICAS_MAX, description="Never fewer instances")] = 1
    max: Annotated[int, Meta(ge=1, le=REPLICAS_MAX, description="Never more instances")] = 4
    target: Annotated[
        float,
        Meta(ge=0.05, le=1, description="Calls at work and waiting, as a share of what the instances take at a time"),
    ] = 0.7
    up_after_s: Annotated[
        float, Meta(ge=0, le=3600, description="More instances when it was too much for so long, and as long apart")
    ] = 5.0
    down_after_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Fewer instances when it was little for so long, and as long apart")
    ] = 60.0
    bring_back: Annotated[
        bool, Meta(description="A number set by hand below min or above max is brought back; else it stays")
    ] = False


class Canary(_Spec, frozen=True):
    """A version that gets traffic in steps (C11)."""

    version: Annotated[_Version, Meta(description="The new version")] = ""
    steps: Annotated[
        tuple[_Percent, ...], Meta(min_length=1, max_length=50, description="Per cent of the calls, step by step")
    ] = (10, 50, 100)
    pause_s: Annotated[float, Meta(ge=1, le=604_800, description="How long each step lasts")] = 600.0
    max_error_rate: Annotated[_Share, Meta(description="Rolled back above this share of errors, 0 to 1")] = 0.005


class Mirror(_Spec, frozen=True):
    """A shadow version that gets a copy of ``share`` per cent of the calls; its answers are compared, never used (C11)."""

    version: Annotated[_Version, Meta(description="The shadow version")] = ""
    share: Annotated[float, Meta(ge=0, le=100, description="Per cent of the calls it gets a copy of")] = 10.0


SPECS: Final[dict[Kind, type[_Spec]]] = {
    "admission": Admission,
    "rate_limit": RateLimit,
    "circuit_breaker": CircuitBreaker,
    "retry": Retry,
    "routing": Routing,
    "degrade": Degrade,
    "scaling": Scaling,
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


def answers(policy: Policy, about: str) -> bool:
    """Return whether a policy is about this side of its kind; empty: any side.

    Rate limits are about a user, token, agent, workflow or address (their ``per``); admission is about the ``entry`` or,
    where its match names an agent or an instance, about the calls of an ``instance``.
    """
    if not about:
        return True
    if policy.kind == "rate_limit":
        return bool(policy.spec.get("per", PER) == about)
    if policy.kind == "admission":
        return about == ("instance" if policy.match.agent or policy.match.instance else "entry")
    return True


def find(policies: PolicySet, kind: Kind, subject: Subject, about: str = "") -> Policy | None:
    """Return the policy that holds: the most specific one; of equals the last in the set (``about``: see ``answers``)."""
    found: Policy | None = None
    for policy in policies.policies:
        if policy.kind != kind or not policy.enabled or not holds(policy.match, subject) or not answers(policy, about):
            continue
        if found is None or weight(policy.match) >= weight(found.match):
            found = policy
    return found


def read_spec(kind: Kind, policy: Policy | None) -> Any:
    """Return what a checked policy says, as its kind's spec; the defaults where there is none."""
    return msgspec.convert(policy.spec if policy else {}, SPECS[kind])


def digest_of(policies: tuple[Policy, ...]) -> str:
    """Return 16 hex digits by which two sets of one number are told apart."""
    return hashlib.sha256(msgspec.json.encode(policies)).hexdigest()[:16]
