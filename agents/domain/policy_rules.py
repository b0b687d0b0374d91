"""What the fields of a policy must be together, by kind; and which matches can never hold."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from semver import Version

from agents.domain.policy import PER, Degrade, Kind, Policy, Retry, Routing, Scaling
from agents.domain.policy_faults import Fault, escaped

_WHO: Final = {
    "agent": "which agent is called",
    "version": "which version is called",
    "instance": "which instance is called",
    "tag": "the tags of the user",
}


def match_fields(kind: Kind, spec: Mapping[str, Any]) -> frozenset[str]:
    """Return what is known of a call where policies of the kind are looked for, and so may stand in a match."""
    if kind == "admission":
        return frozenset({"agent", "version", "instance", "region"})
    if kind == "rate_limit":
        return frozenset({"agent", "version", "region"} if spec.get("per", PER) == "agent" else {"tag", "region"})
    return frozenset({"agent", "version", "region"})


def match_faults(policy: Policy) -> list[Fault]:
    """Return the parts of the match that nothing can ever fulfil."""
    known = match_fields(policy.kind, policy.spec)
    what = policy.kind.replace("_", " ")
    if policy.kind == "rate_limit":
        what += f" per {policy.spec.get('per', PER)}"
    faults = []
    for name, why in _WHO.items():
        if getattr(policy.match, name) and name not in known:
            faults.append(
                Fault(
                    f"/match/{name}", "never_holds", f"This can never hold: where a {what} counts, {why} is not known."
                )
            )
    if policy.kind == "admission" and policy.match.version and not (policy.match.agent or policy.match.instance):
        faults.append(Fault("/match/version", "never_holds", "Name the agent, too: at the entry no version is known."))
    if policy.match.version and not Version.is_valid(policy.match.version):
        faults.append(Fault("/match/version", "bad_version", "Must be a semantic version, such as 2.1.0."))
    return faults


def rule_faults(policy: Policy) -> list[Fault]:
    """Return what the fields of the spec, right each by itself, get wrong together."""
    rules: dict[Kind, Callable[[Policy, dict[str, Any]], list[Fault]]] = {
        "retry": _retry,
        "routing": _routing,
        "degrade": _degrade,
        "scaling": _scaling,
        "canary": _canary,
        "mirror": _mirror,
    }
    check = rules.get(policy.kind)
    return check(policy, policy.spec) if check else []


def named_versions(policy: Policy) -> list[tuple[str, str, str, bool]]:
    """Return the agents and versions a policy names: (pointer, agent, version, whether it cannot do without them)."""
    match, spec = policy.match, policy.spec
    found = [("/match/agent", match.agent, "", False)] if match.agent else []
    if match.agent and match.version:
        found.append(("/match/version", match.agent, match.version, False))
    if policy.kind in ("canary", "mirror") and match.agent and spec.get("version"):
        found.append(("/spec/version", match.agent, spec["version"], True))
    if policy.kind == "degrade" and spec.get("answer") == "agent" and spec.get("agent"):
        agent, _, version = spec["agent"].partition("@")
        found.append(("/spec/agent", agent, version, True))
    if policy.kind == "routing" and match.agent:
        found += [
            (f"/spec/version_weights/{escaped(version)}", match.agent, version, False)
            for version in spec.get("version_weights", {})
        ]
    return found


def _retry(_: Policy, spec: dict[str, Any]) -> list[Fault]:
    first, most = spec.get("first_s", Retry().first_s), spec.get("max_s", Retry().max_s)
    if first <= most:
        return []
    return [Fault("/spec/max_s", "out_of_range", f"Must be at least the first pause, {first:g} s; it is {most:g} s.")]


def _scaling(_: Policy, spec: dict[str, Any]) -> list[Fault]:
    least, most = spec.get("min", Scaling().min), spec.get("max", Scaling().max)
    if least <= most:
        return []
    return [Fault("/spec/max", "out_of_range", f"Must be at least min, {least}; it is {most}.")]


def _routing(policy: Policy, spec: dict[str, Any]) -> list[Fault]:
    faults = []
    plain = Routing()
    if not spec.get("pending_weight", plain.pending_weight) + spec.get("idle_weight", plain.idle_weight):
        faults.append(Fault("/spec/pending_weight", "out_of_range", "Both weights are 0: one must be above."))
    weights = spec.get("version_weights", {})
    for version in weights:
        if not Version.is_valid(version):
            message = "Must be a semantic version, such as 2.1.0."
            faults.append(Fault(f"/spec/version_weights/{escaped(version)}", "bad_version", message))
    if weights and not policy.match.agent:
        message = "Versions are those of one agent: name it here, or leave the weights of versions out."
        faults.append(Fault("/match/agent", "required", message))
    if weights and not any(weights.values()):
        faults.append(Fault("/spec/version_weights", "out_of_range", "All weights are 0: one must be above."))
    return faults


def _degrade(policy: Policy, spec: dict[str, Any]) -> list[Fault]:
    answer = spec.get("answer", Degrade().answer)
    if answer == "value" and "value" not in spec:
        return [Fault("/spec/value", "required", "Say which value the caller gets; null is one, too.")]
    if answer != "agent":
        return []
    agent, at, version = spec.get("agent", "").partition("@")
    if not agent:
        return [Fault("/spec/agent", "required", "Name the agent that answers instead: name or name@version.")]
    if at and not Version.is_valid(version):
        return [Fault("/spec/agent", "bad_version", f"“{version}” is no semantic version, such as 2.1.0.")]
    if agent == policy.match.agent and version == policy.match.version:
        return [Fault("/spec/agent", "itself", "This agent would stand in for itself.")]
    return []


def _canary(policy: Policy, spec: dict[str, Any]) -> list[Fault]:
    faults = _one_agent(policy, spec)
    steps = list(spec.get("steps", ()))
    if any(later <= earlier for earlier, later in pairwise(steps)):
        faults.append(Fault("/spec/steps", "out_of_range", "Each step must be larger than the one before."))
    return faults


def _mirror(policy: Policy, spec: dict[str, Any]) -> list[Fault]:
    return _one_agent(policy, spec)


def _one_agent(policy: Policy, spec: dict[str, Any]) -> list[Fault]:
    """A canary and a mirror are of one version of one agent."""
    faults = []
    if not policy.match.agent:
        faults.append(Fault("/match/agent", "required", f"Name the agent: a {policy.kind} is a version of one agent."))
    version = spec.get("version", "")
    if not version:
        faults.append(Fault("/spec/version", "required", "Name the version."))
    elif not Version.is_valid(version):
        faults.append(Fault("/spec/version", "bad_version", "Must be a semantic version, such as 2.1.0."))
    elif version == policy.match.version:
        faults.append(Fault("/spec/version", "itself", "This is the version that the match names already."))
    return faults
