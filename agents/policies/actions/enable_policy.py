"""Switch a policy on or off."""

import msgspec
from django.contrib.auth.models import User

from agents.domain.policy import Policy
from agents.domain.policy_check import check_policy
from agents.policies.actions.change import commit, good, registry, require
from agents.policies.errors import NoSuchPolicyError
from agents.policies.models import PolicySetVersion


def enable_policy(user: User, expected: int, name: str, *, on: bool, note: str = "") -> PolicySetVersion:
    """Make a set in which the policy is on, or off; ``NoSuchPolicyError``, and what ``commit`` raises.

    Switched on, it must be right again: the version it names may be gone.
    """
    require(user)

    def change(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        if all(policy.name != name for policy in policies):
            raise NoSuchPolicyError(f"There is no policy called “{name[:64]}”.")
        return tuple(_switched(policy, on=on) if policy.name == name else policy for policy in policies)

    return commit(user, expected, change, action="enable" if on else "disable", title=name, note=note)


def _switched(policy: Policy, *, on: bool) -> Policy:
    switched = msgspec.structs.replace(policy, enabled=on)
    if on:
        good(check_policy(msgspec.to_builtins(switched), registry()))
    return switched
