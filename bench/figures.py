"""What a measurement gives: named figures with units, and the targets some of them have."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

STEPS_PER_S = "steps_per_s"
"""The key of the figure that measurements of different systems are compared by."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; ``target`` is what it should reach: at least, or at most where ``best`` is ``low``."""

    key: str
    what: str
    value: float
    unit: str = ""
    target: float | None = None
    best: Literal["high", "low"] = "high"

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None when there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.best == "high" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: seconds of each throughput, runs measured one by one, and how many runs are held at once."""

    seconds: float = 10.0
    lone_runs: int = 200
    fan_outs: int = 60
    parked: int = 10_000
    in_flight: int = 1000
    events: int = 10_000


QUICK = Size(seconds=1.0, lone_runs=15, fan_outs=6, parked=400, in_flight=200, events=2000)


def latencies(key: str, what: str, values: Sequence[float], target: float | None = None) -> list[Figure]:
    """Return p50 and p95 of latencies in ms; ``target`` is that of p50."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return [
        Figure(f"{key}_p50_ms", f"{what}, p50", cuts[49], "ms", target, "low"),
        Figure(f"{key}_p95_ms", f"{what}, p95", cuts[94], "ms"),
    ]
