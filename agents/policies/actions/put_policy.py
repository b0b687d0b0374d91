"""Create a policy, or replace it, wherever it stands in the set."""

from typing import Any

import msgspec
from django.contrib.auth.models import User

from agents.domain.policy import Policy
from agents.domain.policy_check import check_policy, check_set
from agents.policies.actions.change import commit, good, registry, require
from agents.policies.models import PolicySetVersion


def put_policy(user: User, expected: int, name: str, given: Any, *, note: str = "") -> PolicySetVersion:
    """Put the policy ``given`` (JSON) in the place of the one called ``name``; at the end when there is none.

    A name in ``given`` that differs from ``name`` renames it. Raises what ``commit`` raises, ``BadPoliciesError`` with
    all that is wrong with it, and ``MayNotSetPoliciesError``.
    """
    require(user)
    named = {"name": name, **given} if isinstance(given, dict) else given
    policy = good(check_policy(named, registry()))[0]

    def change(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        there = any(each.name == name for each in policies)
        changed = tuple(policy if each.name == name else each for each in policies)
        return _together(changed if there else (*policies, policy))

    return commit(user, expected, change, action="put", title=policy.name, note=note, kind=policy.kind)


def _together(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """Check what policies can only get wrong together: their names, number and size."""
    good(check_set(msgspec.to_builtins(policies)))
    return policies
