"""Is a node alive? Judged by what an observer saw change, on the observer's own clock (features A6)."""

from enum import StrEnum
from typing import Final

BEAT_S: Final = 5.0
ENTRY_TTL_S: Final = 10.0
ONE_MISSED_S: Final = 7.5
THREE_MISSED_S: Final = 15.0


class Health(StrEnum):
    """ACTIVE gets work; UNREACHABLE is watched and gets no new work; FAILED is given up."""

    ACTIVE = "active"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


def judge(*, silent_s: float, stated_age_s: float, present: bool) -> Health:
    """Return the health of a node.

    ``silent_s``: seconds since its entry last changed, not counting time in which the observer was blind.
    ``stated_age_s``: age by the entry's own ``ts``, likewise; negative when the node's clock is ahead.
    ``present``: whether the entry is still in the bucket.
    """
    if stated_age_s > THREE_MISSED_S or silent_s >= THREE_MISSED_S:
        return Health.FAILED
    if not present and silent_s > ENTRY_TTL_S:
        return Health.FAILED
    return Health.UNREACHABLE if silent_s > ONE_MISSED_S else Health.ACTIVE
