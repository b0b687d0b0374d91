"""Does what an agent gave fit what the intent asked for? (features B3)"""

from typing import Any

import msgspec

from agents.domain.calls import CallError, CallReply
from agents.domain.schema_check import check


def held_to(criteria: dict[str, Any], reply: CallReply) -> CallReply:
    """Return the reply, or the error ``criteria_not_met`` (retryable) in its place when the output does not fit.

    A value so large that it stands in the artifact store is judged by its reference.
    """
    if not criteria or reply.status != "ok":
        return reply
    try:
        problems = check(criteria, reply.output)
    except Exception as error:
        # A schema may be a sound one and yet refer to nowhere, or hold a pattern that cannot be read.
        return _failed(reply, CallError("bad_criteria", f"The success criteria cannot be used: {error}"[:4000]))
    if not problems:
        return reply
    first = problems[0]
    where = f" at {first.pointer}" if first.pointer else ""
    listed = [{"field": each.pointer, "message": each.message, "code": each.code} for each in problems]
    message = f"The output does not meet the success criteria{where}: {first.message}"
    return _failed(reply, CallError("criteria_not_met", message[:4000], retryable=True, data={"problems": listed}))


def _failed(reply: CallReply, error: CallError) -> CallReply:
    return msgspec.structs.replace(reply, status="error", output=None, error=error)
