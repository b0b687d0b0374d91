"""Go back to an earlier set: its content, under a new number."""

import msgspec
from django.contrib.auth.models import User

from agents.domain.policy_check import check_set
from agents.policies import store
from agents.policies.actions.change import commit, good, require
from agents.policies.models import PolicySetVersion


def roll_back(user: User, expected: int, number: int, *, note: str = "") -> PolicySetVersion:
    """Make a set with the content of set ``number`` (0: none at all); ``NoSuchSetError``, and what ``commit`` raises.

    An old set that today's rules refuse is refused.
    """
    require(user)
    policies = store.as_set(store.one(number)).policies if number else ()
    good(check_set(msgspec.to_builtins(policies)))
    return commit(user, expected, lambda _: policies, action="rollback", title=str(number), note=note, to=number)
