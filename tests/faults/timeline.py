"""What the observers on the hosts have seen of a node, and when: how long each took to notice that it was gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True)
class Noticed:
    """Seconds from the kill until an observer saw the node unreachable, and until it saw it failed."""

    observer: str
    unreachable_s: float
    failed_s: float


def read(file: Path) -> list[dict[str, Any]]:
    """Return what an observer has written; a last line that is not finished is left out."""
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    return [msgspec.json.decode(line) for line in lines]


def since(looks: list[dict[str, Any]], moment: float, node: str, health: str) -> float:
    """Return how many seconds after the moment the node was first seen so; 0 when it was already, infinity when never."""
    before = [look for look in looks if look["at"] < moment][-1:]
    if any(look["nodes"].get(node) == health for look in before):
        return 0.0
    return next(
        (look["at"] - moment for look in looks if look["at"] >= moment and look["nodes"].get(node) == health),
        float("inf"),
    )


def noticed(files: list[Path], moment: float, node: str) -> Iterator[Noticed]:
    """Yield what each observer saw of a node that was killed at the moment."""
    for file in files:
        looks = read(file)
        yield Noticed(file.stem, since(looks, moment, node, "unreachable"), since(looks, moment, node, "failed"))


def last(file: Path) -> dict[str, str]:
    """Return the health of the nodes, by name, as an observer saw it last."""
    looks = read(file)
    return looks[-1]["nodes"] if looks else {}
