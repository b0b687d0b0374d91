"""The agent ``act``: what it did is counted in a file, so that doing something twice shows."""

import asyncio
from pathlib import Path
from typing import Any, Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import CallContext
from agents.tools.errors import ToolError

_NUMBER: Final[dict[str, Any]] = {"type": "number"}
_TEXT: Final[dict[str, Any]] = {"type": "string"}

ACT: Final = Manifest(
    name="act",
    version="1.0.0",
    title={"en": "Act"},
    description={"en": "Writes `word` down in the file `ledger`, then waits, fails or gives `value`."},
    capabilities=("act", "count-effects"),
    intent=IntentSchema(
        input={
            "type": "object",
            "properties": {
                "ledger": _TEXT,
                "word": _TEXT,
                "seconds": _NUMBER,
                "beats": _NUMBER,
                "fails": _NUMBER,
                "final": {"type": "boolean"},
                "value": {},
            },
            "required": ["ledger", "word"],
        },
        output={"type": "object", "properties": {"count": {"type": "integer"}, "value": {}}, "required": ["count"]},
    ),
    entry_point="tests.integration.kinds.agents:act",
    limits=ResourceLimits(concurrency=100),
)


class NotYetError(ToolError):
    """It does not work yet."""

    code = "not_yet"
    retryable = True


class NeverError(ToolError):
    """It will never work."""

    code = "never"


def _write_down(ledger: Path, word: str) -> int:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(f"{word}\n")
    return ledger.read_text(encoding="utf-8").splitlines().count(word)


async def act(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Count, beat ``beats`` times in ``seconds``, fail the first ``fails`` times (for good with ``final``)."""
    count = _write_down(Path(input["ledger"]), input["word"])
    beats = int(input.get("beats", 0))
    for number in range(beats):
        await asyncio.sleep(input.get("seconds", 0) / beats)
        context.heartbeat({"done": number + 1})
    if not beats:
        await asyncio.sleep(input.get("seconds", 0))
    if count <= input.get("fails", 0):
        raise NeverError if input.get("final") else NotYetError
    return {"count": count, "value": input.get("value")}
