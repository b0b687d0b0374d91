"""Checks of goals that are put out to bid: what would fail at run time, and whom nobody could be."""

from collections.abc import Iterator
from typing import Final

import msgspec

from agents.domain.intents import (
    CAPABILITIES_MAX,
    CRITERIA_MAX,
    GOAL_MAX,
    WINDOW_MAX_S,
    WINDOW_MIN_S,
    constraint_faults,
)
from designer.domain.expressions import ExpressionError
from designer.domain.graph import IntentNode, Problem
from designer.domain.validate.schemas import check_whole
from designer.domain.validate.scope import Sight
from designer.domain.values import split_template

CAPABILITY_MAX: Final = 80
"""Characters of a capability's name in a manifest."""


def check_intent(sight: Sight, node: IntentNode) -> Iterator[Problem]:
    """Yield what is wrong with the settings of an intent."""
    if not node.goal.strip():
        yield Problem("no_goal", "Say what is to be reached.", node=node.id, field="/goal")
    if not WINDOW_MIN_S <= node.bid_window_s <= WINDOW_MAX_S:
        message = f"Bids are collected between {WINDOW_MIN_S:g} and {WINDOW_MAX_S:g} seconds."
        yield Problem("out_of_range", message, node=node.id, field="/bid_window_s")
    for name, why in constraint_faults(node.constraints):
        yield Problem("bad_constraints", why, node=node.id, field=f"/constraints/{name}")
    yield from _sizes(node)
    yield from _capabilities(sight, node)
    yield from check_whole(node, node.success_criteria, "/success_criteria")


def _sizes(node: IntentNode) -> Iterator[Problem]:
    if _fixed_characters(node.goal) > GOAL_MAX:
        message = f"A goal has {GOAL_MAX:,} characters at most."
        yield Problem("intent_too_large", message, node=node.id, field="/goal")
    if len(node.capabilities) > CAPABILITIES_MAX:
        message = f"An intent asks for {CAPABILITIES_MAX} capabilities at most."
        yield Problem("intent_too_large", message, node=node.id, field="/capabilities")
    if any(len(name) > CAPABILITY_MAX for name in node.capabilities):
        message = f"The name of a capability has {CAPABILITY_MAX} characters at most."
        yield Problem("intent_too_large", message, node=node.id, field="/capabilities")
    if len(msgspec.json.encode(node.success_criteria)) > CRITERIA_MAX:
        message = f"The success criteria have {CRITERIA_MAX // 1024} KB at most."
        yield Problem("intent_too_large", message, node=node.id, field="/success_criteria")


def _fixed_characters(text: str) -> int:
    """Return how many characters a text has whatever its expressions give."""
    try:
        return sum(len(part) for part in split_template(text) if isinstance(part, str))
    except ExpressionError:
        return 0


def _capabilities(sight: Sight, node: IntentNode) -> Iterator[Problem]:
    """Whoever bids must have every capability; an agent may still be registered, so this is a warning."""
    offers = [entry.capabilities for entry in sight.catalogue.values() if entry.enabled]
    wanted = dict.fromkeys(node.capabilities)
    unknown = [name for name in wanted if not any(name in has for has in offers)]
    for name in unknown:
        message = f"No agent in the registry offers the capability `{name}`."
        yield Problem("unknown_capability", message, "warning", node=node.id, field="/capabilities")
    if len(wanted) > 1 and not unknown and not any(wanted.keys() <= has for has in offers):
        message = f"No agent in the registry offers all of these capabilities: {', '.join(wanted)}."
        yield Problem("unknown_capability", message, "warning", node=node.id, field="/capabilities")
