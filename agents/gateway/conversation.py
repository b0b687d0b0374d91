"""What is said over one connection, whatever carries it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final

from agentcluster.errors import AgentClusterError
from agents.gateway.access import Guest
from agents.gateway.connection import Connection, fault_of
from agents.gateway.errors import ProtocolError
from agents.gateway.gateway import Gateway
from agents.gateway.protocol import (
    Failure,
    Fault,
    FromSocket,
    Goodbye,
    Heartbeat,
    Hello,
    Progress,
    Result,
    Task,
    TaskReply,
)
from agents.gateway.seat import Seat
from agents.gateway.tasks import TaskDesk

logger = logging.getLogger(__name__)

TASKS_MAX: Final = 32
"""Tasks that one connection may wait for at a time."""


class Conversation:
    """Takes the messages of one guest and answers them through its connection."""

    def __init__(self, gateway: Gateway, desk: TaskDesk, guest: Guest, connection: Connection, address: str) -> None:
        """``connection`` has entered the gateway, from the IP address ``address``."""
        self._gateway, self._desk, self._guest, self._connection = gateway, desk, guest, connection
        self._address = address
        self._seat: Seat | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, incoming: AsyncIterator[FromSocket]) -> None:
        """Take messages until the other side has no more, or the connection ends; then leave the gateway."""
        connection = self._connection
        try:
            async for said in incoming:
                if connection.closed:
                    break
                connection.heard()
                await self._take(said)
        except AgentClusterError as error:
            connection.end(error)
        finally:
            connection.end()
            self._gateway.leave(connection, self._seat)
            for task in [*self._tasks]:
                task.cancel()

    async def _take(self, said: FromSocket) -> None:
        seat = self._seat
        if isinstance(said, Heartbeat):
            return
        if isinstance(said, Hello):
            if seat is not None:
                raise ProtocolError("This connection has joined already; open another for another instance.")
            self._seat = await self._gateway.join(said, self._guest, self._connection)
        elif isinstance(said, Task):
            self._begin_task(said)
        elif seat is None:
            raise ProtocolError("The first message is “hello”: it says which agent joins.")
        elif isinstance(said, Result):
            self._connection.put(seat.on_result(said))
        elif isinstance(said, Failure):
            self._connection.put(seat.on_failure(said))
        elif isinstance(said, Progress):
            seat.on_progress(said)
        elif isinstance(said, Goodbye):
            self._gateway.goodbye(seat)
        else:
            raise ProtocolError("“login” is the first message, and comes once.")

    def _begin_task(self, asked: Task) -> None:
        if len(self._tasks) >= TASKS_MAX:
            error = ProtocolError(f"At most {TASKS_MAX} tasks are waited for on one connection.")
            self._connection.put(Fault(fault_of(error), call_id=asked.call_id))
            return
        task = asyncio.get_running_loop().create_task(self._do_task(asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do_task(self, asked: Task) -> None:
        try:
            reply: TaskReply | Fault = await self._desk.ask(self._guest, asked, self._address)
        except AgentClusterError as error:
            reply = Fault(fault_of(error), call_id=asked.call_id)
        except Exception:
            logger.exception("the task %s of %s failed", asked.call_id, self._guest.name)
            reply = Fault(fault_of(AgentClusterError("The task could not be given.")), call_id=asked.call_id)
        with contextlib.suppress(Exception):
            self._connection.put(reply, len(bytes(reply.output)) if isinstance(reply, TaskReply) else 0)
