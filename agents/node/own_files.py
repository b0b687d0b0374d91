"""Which files an agent may tell of: those in its input, and those it stored itself during the call.

A reference is all that reading a file takes. Without this, whoever knows the digest of somebody else's file could have an
agent say it: by a text that it reads as JSON, or by a server of theirs that it asks.
"""

import asyncio
from collections.abc import Collection
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.errors import AgentClusterError
from agents.domain.calls import CallError
from agents.domain.file_marks import Mark, marks_in, strange
from agents.node.claims import TOTAL_MAX, may_hold_claims

NOBODY: Final[frozenset[str]] = frozenset()


class OwnFiles:
    """The files of one call: those in ``inputs`` (as JSON, or decoded), and in ``stored``, which may still grow."""

    __slots__ = ("_inputs", "_stored")

    def __init__(self, *inputs: Any, stored: Collection[str] = NOBODY) -> None:
        """Nothing is looked at before it is needed."""
        self._inputs, self._stored = inputs, stored

    async def refuse_in(self, data: bytes) -> CallError | None:
        """Return the error for an output (JSON) that tells of other files; looked through in a thread if at all."""
        return await asyncio.to_thread(self.refuse, data) if may_hold_claims(data) else None

    def refuse(self, data: bytes) -> CallError | None:
        """Return the error for an output (JSON) that tells of other files; None when it does not (blocking)."""
        if not may_hold_claims(data):
            return None
        told = marks_in(msgspec.json.decode(data))
        given = marks_in(*(msgspec.json.decode(each) if isinstance(each, bytes) else each for each in self._inputs))
        known = given | {(digest, as_json) for digest in self._stored for as_json in (True, False)}
        for digest, as_json in sorted(told):
            # What a file given to the agent holds was looked at when it came; one that it stored may hold anything.
            if as_json and (digest, True) not in given and digest in self._stored:
                told |= _marks_inside(digest)
        digest = strange(told, known)
        if not digest:
            return None
        message = f"The agent's output refers to a file that it neither got nor stored: {digest}."
        return CallError("foreign_file", message)


def _marks_inside(digest: str) -> set[Mark]:
    try:
        return (
            marks_in(msgspec.json.decode(artifacts.read_bytes(digest)))
            if artifacts.size(digest) <= TOTAL_MAX
            else set()
        )
    except (AgentClusterError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return set()
