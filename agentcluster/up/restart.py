"""When a crashed process is started again: soon, then later and later, and at last not at all."""

from dataclasses import dataclass

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 15.0
STABLE_S = 60.0
MOST_CRASHES = 6


@dataclass
class RestartPolicy:
    """Counts crashes in a row; a process that ran for ``STABLE_S`` seconds begins anew."""

    crashes: int = 0

    def delay_after(self, uptime_s: float) -> float | None:
        """Return the seconds to wait after a crash, or None when it is time to give up."""
        self.crashes = 1 if uptime_s >= STABLE_S else self.crashes + 1
        if self.crashes >= MOST_CRASHES:
            return None
        return min(FIRST_DELAY_S * 2.0 ** (self.crashes - 1), LONGEST_DELAY_S)
