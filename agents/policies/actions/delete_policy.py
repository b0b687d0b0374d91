"""Delete a policy."""

from django.contrib.auth.models import User

from agents.domain.policy import Policy
from agents.policies.actions.change import commit, require
from agents.policies.errors import NoSuchPolicyError
from agents.policies.models import PolicySetVersion


def delete_policy(user: User, expected: int, name: str, *, note: str = "") -> PolicySetVersion:
    """Make a set without the policy; ``NoSuchPolicyError``, and what ``commit`` raises."""
    require(user)

    def change(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        left = tuple(policy for policy in policies if policy.name != name)
        if len(left) == len(policies):
            raise NoSuchPolicyError(f"There is no policy called “{name[:64]}”.")
        return left

    return commit(user, expected, change, action="delete", title=name, note=note)
