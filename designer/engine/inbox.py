"""Commands to runs in progress: written to their inboxes, read by whoever owns the run."""

import logging
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from agentcluster.streams import inbox, keys
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.shared import shared_client
from designer.domain.commands import Command

logger = logging.getLogger(__name__)

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Command)


def send(run_id: str, command: Command, once: str = "") -> bool:
    """Ask something of a run, also of one that has not begun yet or is parked; False when it has ended.

    Sent again with the same ``once`` within a minute it is not doubled. Raises ``StreamsUnavailableError`` and
    ``InboxFullError``: nothing was asked.
    """
    return send_all([(run_id, command)], once)[0]


def send_all(commands: Iterable[tuple[str, Command]], once: str = "") -> list[bool]:
    """Ask things of many runs in one round trip; return for each whether it was taken (see ``send``)."""
    encoded = ((run_id, _encoder.encode(command)) for run_id, command in commands)
    return inbox.send_commands(shared_client(), encoded, once)


class InboxReader:
    """Reads a run's inbox once from its beginning, then what is new."""

    __slots__ = ("_key", "_log", "last")

    def __init__(self, log: RunLog, run_id: str) -> None:
        """Begin before the first command."""
        self._log = log
        self._key = keys.inbox(run_id)
        self.last = "0"
        """The id of the last entry read."""

    def begin_after(self, entry_id: str) -> None:
        """Leave out what an earlier owner of the run has answered."""
        if entry_id:
            self.last = entry_id

    async def read(self) -> list[tuple[str, Command]]:
        """Return the commands since the last call with their entry ids; what cannot be understood is left out."""
        reply: list[Any] = await self._log.command("XRANGE", self._key, f"({self.last}", "+")
        commands = []
        for entry_id, fields in reply:
            self.last = entry_id.decode()
            try:
                commands.append((self.last, _decoder.decode(fields[1])))
            except msgspec.MsgspecError as error:
                logger.error("a command cannot be read and is left out: %s", error)
        return commands

    async def trim(self) -> None:
        """Remove what was read; its events must be durable."""
        ms, _, number = self.last.partition("-")
        await self._log.command("XTRIM", self._key, "MINID", f"{ms}-{int(number or 0) + 1}")
