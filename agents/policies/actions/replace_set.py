"""Replace all policies at once."""

from typing import Any

from django.contrib.auth.models import User

from agents.domain.policy_check import check_set
from agents.policies.actions.change import commit, good, registry, require
from agents.policies.models import PolicySetVersion


def replace_set(user: User, expected: int, given: Any, *, note: str = "") -> PolicySetVersion:
    """Make a set of the policies ``given`` (a list, JSON); ``BadPoliciesError``, and what ``commit`` raises."""
    require(user)
    policies = good(check_set(given, registry()))
    return commit(user, expected, lambda _: policies, action="replace", note=note, count=len(policies))
