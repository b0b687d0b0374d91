"""Is a node alive? Judged by what an observer saw change, on the observer's own clock (features A6)."""

from enum import StrEnum
from typing import Final

BEAT_S: Final = 5.0
ENTRY_TTL_S: Final = 10.0
ONE_MISSED_S: Final = 7.5
THREE_MISSED_S: Final = 14.5
"""Three beats of 5 s, less the half second that lies between two looks: everybody knows within 15 s."""
OLD_S: Final = 15.0


class Health(StrEnum):
    """ACTIVE gets work; UNREACHABLE is watched and gets no new work; FAILED is given up."""

    ACTIVE = "active"
    UNREACHABLE = "unreachable"
    FAILED = "failed"


def judge(*, silent_s: float, stated_age_s: float) -> Health:
    """Return the health of a node. That its entry has expired says nothing more: its silence counts.

    ``silent_s``: seconds since its entry last changed, not counting time in which the observer was blind.
    ``stated_age_s``: age by the entry's own ``ts``, likewise; negative when the node's clock is ahead.
    """
    if stated_age_s > OLD_S or silent_s >= THREE_MISSED_S:
        return Health.FAILED
    return Health.UNREACHABLE if silent_s > ONE_MISSED_S else Health.ACTIVE
