"""Does an agent fit an intent, and how well? (features B3)"""

import re
from collections.abc import Iterable
from typing import Final

from agents.domain.intents import Constraints
from agents.domain.manifest import Manifest

_BREAK: Final = re.compile(r"[^\w]+|_")


def match(manifest: Manifest, goal: str, capabilities: Iterable[str]) -> float:
    """Return how well an agent fits: 0 (not at all) to 1.

    An agent must have every one of ``capabilities``, and then fits entirely. Without any, the goal decides: it must
    mention the agent's name, its title in some language or one of its capabilities; of n different mentions the fit is
    n / (n + 1).
    """
    wanted = set(capabilities)
    if wanted:
        return 1.0 if wanted <= set(manifest.capabilities) else 0.0
    said = _plain(goal)
    words = {_plain(word) for word in (manifest.name, *manifest.title.values(), *manifest.capabilities)}
    mentions = sum(1 for word in words if word and _mentions(said, word))
    return mentions / (mentions + 1)


def allowed(constraints: Constraints, *, region: str, cost: float, expected_ms: float) -> bool:
    """Return whether an agent on a node of ``region`` may bid; an ``expected_ms`` of 0 is unknown, and allowed."""
    if constraints.region and constraints.region != region:
        return False
    if constraints.max_cost is not None and cost > constraints.max_cost:
        return False
    return constraints.max_ms is None or expected_ms <= constraints.max_ms


def _plain(text: str) -> str:
    return _BREAK.sub(" ", text).casefold().strip()


def _mentions(said: str, word: str) -> bool:
    """Whole words where words are written apart; Chinese and the like anywhere."""
    return f" {word} " in f" {said} " if word.isascii() else word in said
