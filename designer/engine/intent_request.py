"""From an intent node to what is put out to bid, or what is wrong with its settings."""

import msgspec

from agents.domain.calls import CallError
from agents.domain.intents import (
    CAPABILITIES_MAX,
    CRITERIA_MAX,
    GOAL_MAX,
    WINDOW_MAX_S,
    WINDOW_MIN_S,
    Constraints,
    IntentRequest,
    constraint_faults,
)
from agents.domain.schema_check import check_schema
from designer.domain.graph import IntentNode
from designer.domain.pending import PendingCall


def request_of(call: PendingCall, intent: IntentNode) -> IntentRequest | CallError:
    """Return what the nodes are asked, or what is wrong with the node's settings."""
    for name, why in constraint_faults(intent.constraints):
        return CallError("bad_constraints", why, field=f"/constraints/{name}")
    constraints = msgspec.convert(intent.constraints, Constraints)
    if len(intent.goal) > GOAL_MAX:
        return _too_large("goal", f"has {len(intent.goal):,} characters; {GOAL_MAX:,} are allowed")
    if len(intent.capabilities) > CAPABILITIES_MAX:
        return _too_large("capabilities", f"are {len(intent.capabilities)}; {CAPABILITIES_MAX} are allowed")
    criteria = len(msgspec.json.encode(intent.success_criteria))
    if criteria > CRITERIA_MAX:
        return _too_large("success_criteria", f"have {criteria // 1024} KB; {CRITERIA_MAX // 1024} KB are allowed")
    if problems := check_schema(intent.success_criteria):
        first = problems[0]
        return CallError(
            "bad_criteria", f"The success criteria are no JSON Schema: {first.message}", field="/success_criteria"
        )
    window_s = min(max(intent.bid_window_s, WINDOW_MIN_S), WINDOW_MAX_S)
    return IntentRequest(
        call.call_id, intent.goal, intent.capabilities, constraints, intent.success_criteria, round(window_s * 1000)
    )


def _too_large(field: str, what: str) -> CallError:
    return CallError("intent_too_large", f"The {field} of the intent {what}.", field=f"/{field}")
