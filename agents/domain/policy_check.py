"""Checking policies before they count: every fault with its place and its rule, and what is odd as a warning.

A set with one fault is refused as a whole and the last good one stays (features A9).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from agents.domain.policy import KINDS, PER, POLICIES_MAX, SPECS, Kind, Match, Policy, PolicySet
from agents.domain.policy_faults import Fault, check_field, shown, unknown
from agents.domain.policy_rules import match_faults, named_versions, rule_faults

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
TAKEN: Final = frozenset({"check", "history", "rollback", "schema", "state", "try"})
"""Names that addresses below ``/policies/`` have for themselves."""
MATCH_MAX: Final = 128
NOTE_MAX: Final = 1000
SPEC_MAX: Final = 64 * 1024
SET_MAX: Final = 768 * 1024
"""Bytes of a set as it travels; NATS takes messages of 1 MiB unless it is set up otherwise."""
NUMBER_MAX: Final = 2**53 - 1
FAULTS_MAX: Final = 200
NOT_USED_YET: Final[tuple[Kind, ...]] = ("canary", "mirror")
"""Kinds that are kept and pushed, but that nothing acts upon yet."""

_POLICY: Final[dict[str, Any]] = {
    "name": str,
    "kind": str,
    "match": dict,
    "spec": dict,
    "enabled": bool,
    "note": Annotated[str, msgspec.Meta(max_length=NOTE_MAX)],
}
_MATCH: Final[dict[str, Any]] = dict.fromkeys(
    Match.__struct_fields__, Annotated[str, msgspec.Meta(max_length=MATCH_MAX)]
)

Registry = Mapping[str, frozenset[str]]
"""The versions of each registered agent."""


class Checked(msgspec.Struct, frozen=True):
    """What came of a check: the policies are complete only when there are no faults."""

    policies: tuple[Policy, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def check_policy(given: Any, registry: Registry | None = None) -> Checked:
    """Check one policy, as JSON; pointers begin at it. With a registry, what it names is looked up, too."""
    faults = _shape(given)
    if faults:
        return Checked(faults=tuple(faults))
    policy = msgspec.convert(given, Policy)
    faults = match_faults(policy) + rule_faults(policy)
    warnings: list[Fault] = []
    for at, agent, version, needed in named_versions(policy) if registry is not None and not faults else ():
        fault = _unknown_version(registry or {}, at, agent, version)
        if fault is not None:
            (faults if needed and policy.enabled else warnings).append(fault)
    if policy.kind in NOT_USED_YET:
        message = f"A {policy.kind} is kept, but nothing acts upon it in this release."
        warnings.append(Fault("/kind", "not_used_yet", message))
    return Checked((policy,), tuple(faults), tuple(warnings))


def check_set(given: Any, registry: Registry | None = None) -> Checked:
    """Check a list of policies, as JSON; pointers begin at the list."""
    if not isinstance(given, (list, tuple)):
        return Checked(faults=(Fault("", "wrong_type", f"Must be a list of policies; it is {shown(given)}."),))
    if len(given) > POLICIES_MAX:
        message = f"{len(given):,} policies; {POLICIES_MAX:,} are allowed."
        return Checked(faults=(Fault("", "too_many", message),))
    policies: list[Policy] = []
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for index, each in enumerate(given):
        checked = check_policy(each, registry)
        policies += checked.policies
        faults += _below(f"/{index}", checked.faults)
        warnings += _below(f"/{index}", checked.warnings)
    faults += _same_names(given)
    if not faults:
        warnings += _overruled(policies)
        size = len(msgspec.json.encode(policies))
        if size > SET_MAX:
            faults.append(Fault("", "too_large", f"All policies together are {size:,} bytes; {SET_MAX:,} are allowed."))
    return Checked(tuple(policies), tuple(faults[:FAULTS_MAX]), tuple(warnings[:FAULTS_MAX]))


def read_set(document: bytes) -> PolicySet:
    """Return the set that a document holds, checked; ``ValueError`` says what is wrong with it."""
    try:
        given = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from error
    if not isinstance(given, dict) or not isinstance(given.get("policies", []), list):
        raise ValueError("it is no set of policies.")
    number = given.get("number", 0)
    if type(number) is not int or not 1 <= number <= NUMBER_MAX:
        raise ValueError(f"/number: it must be a whole number from 1 on; it is {shown(number)}.")
    checked = check_set(given.get("policies", []))
    if checked.faults:
        first = checked.faults[0]
        raise ValueError(f"/policies{first.field}: {first.message}")
    try:
        return msgspec.structs.replace(msgspec.convert(given, PolicySet), policies=checked.policies)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _shape(given: Any) -> list[Fault]:
    """Return what is wrong with the fields of a policy, each by itself."""
    if not isinstance(given, Mapping):
        return [Fault("", "wrong_type", f"Must be a policy, an object; it is {shown(given)}.")]
    faults = [unknown(str(name), Policy.__struct_fields__, "", "A policy") for name in given if name not in _POLICY]
    kind = given.get("kind")
    faults += _fields({name: given[name] for name in _POLICY if name in given and name != "kind"}, "", _POLICY, "")
    faults += _name(given.get("name", ""))
    if kind not in KINDS:
        faults.append(Fault("/kind", "unknown_kind", f"Must be one of {', '.join(KINDS)}; it is {shown(kind)}."))
    match, spec = given.get("match", {}), given.get("spec", {})
    if isinstance(match, Mapping):
        faults += _fields(match, "/match", _MATCH, "A match")
    if isinstance(spec, Mapping) and kind in KINDS:
        fields = {field.name: field.type for field in msgspec.structs.fields(SPECS[kind])}
        faults += _fields(spec, "/spec", fields, f"A policy of the kind {kind}")
        if not faults and len(msgspec.json.encode(spec)) > SPEC_MAX:
            faults.append(Fault("/spec", "too_large", f"This is larger than the {SPEC_MAX:,} bytes a policy may have."))
    return faults


def _fields(given: Mapping[str, Any], at: str, wanted: Mapping[str, Any], what: str) -> list[Fault]:
    faults = [unknown(str(name), wanted, at, what) for name in given if name not in wanted]
    for name, value in given.items():
        fault = check_field(value, wanted[name], f"{at}/{name}") if name in wanted else None
        if fault is not None:
            faults.append(fault)
    return faults


def _name(name: Any) -> list[Fault]:
    if not isinstance(name, str):
        return []
    if not NAME.fullmatch(name):
        message = "Must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, such as api-default"
        return [Fault("/name", "bad_name", f"{message}; it is {shown(name)}.")]
    if name in TAKEN:
        return [Fault("/name", "bad_name", f"“{name}” is an address of its own below /policies/; take another name.")]
    return []


def _unknown_version(registry: Registry, at: str, agent: str, version: str) -> Fault | None:
    if agent not in registry:
        return Fault(at, "unknown_agent", f"No agent is called “{agent}”.")
    if version and version not in registry[agent]:
        return Fault(at, "unknown_version", f"{agent} has no version {version}.")
    return None


def _same_names(given: Sequence[Any]) -> list[Fault]:
    names = [each.get("name") if isinstance(each, Mapping) else None for each in given]
    counts = Counter(name for name in names if isinstance(name, str))
    return [
        Fault(f"/{index}/name", "name_taken", f"Another policy is called “{name}”, too.")
        for index, name in enumerate(names)
        if isinstance(name, str) and counts[name] > 1 and names.index(name) != index
    ]


def _overruled(policies: Sequence[Policy]) -> list[Fault]:
    """Warn of policies that a later one with the same match always stands before."""
    last: dict[tuple[str, Match, Any], int] = {}
    warnings = []
    for index in range(len(policies) - 1, -1, -1):
        policy = policies[index]
        if not policy.enabled:
            continue
        about = policy.spec.get("per", PER) if policy.kind == "rate_limit" else None
        later = last.setdefault((policy.kind, policy.match, about), index)
        if later != index:
            message = f"“{policies[later].name}” has the same match and stands later: this one never counts."
            warnings.append(Fault(f"/{index}/match", "overruled", message))
    return warnings[::-1]


def _below(at: str, faults: Sequence[Fault]) -> list[Fault]:
    return [msgspec.structs.replace(fault, field=at + fault.field) for fault in faults]
