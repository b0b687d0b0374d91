"""Commands to runs, as synchronous code sends them (Django views, management commands, threads)."""

import os
from collections.abc import Iterable
from typing import Final

from agentcluster.errors import ConflictError
from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.functions import call_many

ENDED: Final = 0
FULL: Final = -1
PAGE: Final = 500


class InboxFullError(ConflictError):
    """Too many commands wait for this run; try again when it has followed some of them."""

    code = "inbox_full"
    status = 429


def send_commands(client: SyncClient, commands: Iterable[tuple[str, bytes]], once: str = "") -> list[bool]:
    """Put commands (run id, JSON) into inboxes in one round trip, telling owners and rousing parked runs.

    Returns for each whether it was taken: False means that the run has ended. An inbox that is full raises
    ``InboxFullError`` when it was the only one asked for, and counts as not taken among others. Sent again after a lost
    connection, a command is not doubled; nor is one with the same ``once`` (for one run each) within a minute.
    """
    nonce = f"{once}:" if once else os.urandom(6).hex()
    calls = [
        ("ac_run_send_2", 2, keys.meta(run_id), keys.inbox(run_id), command, f"{nonce}{index}")
        for index, (run_id, command) in enumerate(commands)
    ]
    codes: list[int] = []
    with translated():
        for start in range(0, len(calls), PAGE):
            codes += call_many(client, calls[start : start + PAGE])
    if codes == [FULL]:
        raise InboxFullError
    return [code > ENDED for code in codes]
