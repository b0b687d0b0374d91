"""What can be wrong with policies and their changes, and what they refuse."""

from collections.abc import Sequence

import msgspec

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError, ForbiddenError, NotFoundError
from agents.domain.policy_faults import Fault


class SetIsKeptError(ConflictError):
    """A set of policies is never changed or deleted; make a new one."""

    code = "policy_set_kept"


class PoliciesChangedError(AgentClusterError):
    """Somebody else changed the policies in the meantime; look at what they are now, then change them again."""

    code = "policies_changed"
    status = 412


class BadPoliciesError(BadInputError):
    """A policy does not validate; the set in force stays as it is."""

    code = "bad_policies"
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Take what is wrong; the first fault makes the sentence."""
        first = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(
            f"{first.field or 'The policies'}: {first.message}{more} Nothing was changed.",
            errors=[msgspec.to_builtins(fault) for fault in faults],
        )


class NoSuchPolicyError(NotFoundError):
    """There is no policy of that name."""

    code = "no_such_policy"


class NoSuchSetError(NotFoundError):
    """There is no set of policies with that number."""

    code = "no_such_policy_set"


class NothingChangedError(ConflictError):
    """This is what is in force already; nothing was changed."""

    code = "nothing_changed"


class MayNotSetPoliciesError(ForbiddenError):
    """Only staff, or holders of the permission policies.add_policysetversion, may change policies."""

    code = "policies_forbidden"


class TooManyStartsError(AgentClusterError):
    """More runs are being started right now than this server takes at a time; try again in a moment."""

    code = "too_many_starts"
    status = 429
    retryable = True


class RateLimitedError(AgentClusterError):
    """You start runs faster than the rate limit allows; try again in a moment."""

    code = "rate_limited"
    status = 429
    retryable = True
