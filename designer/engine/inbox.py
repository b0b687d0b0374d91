"""Commands to a run in progress: written to its inbox, read by whoever owns the run."""

from typing import Any, Final, Literal

import msgspec

from agentcluster.streams import blocking, keys
from agentcluster.streams.run_log import RunLog
from designer.engine.redis import shared_client


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a person or program asks of a run; ``by`` is a user name."""

    command: Literal["cancel"]
    by: str = ""
    reason: str = ""


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Command)


def request_cancel(run_id: str, by: str, reason: str = "") -> None:
    """Ask the run to stop. Works before it has started, too. Raises ``StreamsUnavailableError``."""
    blocking.send_command(shared_client(), run_id, _encoder.encode(Command("cancel", by, reason)))


class InboxReader:
    """Reads a run's inbox once from its beginning, then what is new."""

    def __init__(self, log: RunLog, run_id: str) -> None:
        """Begin before the first command."""
        self._log = log
        self._key = keys.inbox(run_id)
        self._last = "0"

    async def read(self) -> list[Command]:
        """Return the commands since the last call; what cannot be understood is left out."""
        reply: list[Any] = await self._log.command("XRANGE", self._key, f"({self._last}", "+")
        commands = []
        for entry_id, fields in reply:
            self._last = entry_id.decode()
            try:
                commands.append(_decoder.decode(fields[1]))
            except msgspec.MsgspecError:
                continue
        return commands
