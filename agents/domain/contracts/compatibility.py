"""Compatibility modes: which of two versions must be able to read the other (features B2).

The names and their meaning are those of the Confluent Schema Registry.
"""

import enum
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from agents.domain.contracts.reasons import MAX_REASONS, Reason

S = TypeVar("S")
Reads = Callable[[S, S], Iterable[Reason]]
"""Why the first (the reader) cannot read what the second (the writer) sends; empty when it can."""


class Level(enum.StrEnum):
    """BACKWARD: the new version reads what the old one wrote. FORWARD: the old one reads what the new one writes."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @property
    def transitive(self) -> bool:
        """Whether all earlier versions count, not only the newest."""
        return self.value.endswith("_TRANSITIVE")

    @property
    def backward(self) -> bool:
        """Whether the new version must read the old ones."""
        return self.value.startswith(("BACKWARD", "FULL"))

    @property
    def forward(self) -> bool:
        """Whether the old versions must read the new one."""
        return self.value.startswith(("FORWARD", "FULL"))


class Incompatibility(msgspec.Struct, frozen=True):
    """One thing that breaks: where, which rule, what stood there and what stands there now, and the sentence for it."""

    path: str
    rule: str
    message: str
    direction: str
    """``backward``: the new schema cannot read the old one's messages; ``forward``: the other way round."""
    version: int
    """The earlier version it breaks with."""
    old: Any = None
    new: Any = None


_BACKWARD: Final = "Messages of version {} cannot be read with the new schema: {}"
_FORWARD: Final = "Consumers that know version {} cannot read messages of the new schema: {}"


def check(level: Level, new: S, earlier: Sequence[tuple[int, S]], reads: Reads[S]) -> list[Incompatibility]:
    """Return what breaks when ``new`` follows ``earlier`` (number and schema, oldest first); at most 50 things."""
    if level is Level.NONE or not earlier:
        return []
    found: list[Incompatibility] = []
    for number, old in reversed(earlier) if level.transitive else earlier[-1:]:
        if level.backward:
            found += (_backward(reason, number) for reason in reads(new, old))
        if level.forward:
            found += (_forward(reason, number) for reason in reads(old, new))
        if len(found) >= MAX_REASONS:
            break
    return found[:MAX_REASONS]


def _backward(reason: Reason, number: int) -> Incompatibility:
    message = _BACKWARD.format(number, reason.message)
    return Incompatibility(reason.path, reason.rule, message, "backward", number, reason.writer, reason.reader)


def _forward(reason: Reason, number: int) -> Incompatibility:
    message = _FORWARD.format(number, reason.message)
    return Incompatibility(reason.path, reason.rule, message, "forward", number, reason.reader, reason.writer)
