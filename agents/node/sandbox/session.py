"""The life of one process of an instance: from its start to the answers for the calls it left behind."""

import asyncio
import logging
import signal
from typing import Final

import msgspec

from agentcluster.sdk.process import wire
from agentcluster.tasks import end
from agents.domain.calls import CallError
from agents.domain.manifest import ResourceLimits
from agents.node.instance_log import InstanceLog
from agents.node.sandbox.errors import CRASHED, ENDED, PROTOCOL, AgentStartError
from agents.node.sandbox.exchange import Exchange, Flight, ProtocolError
from agents.node.sandbox.plan import Plan
from agents.node.sandbox.process import AgentProcess
from agents.node.sandbox.watch import Watch

logger = logging.getLogger(__name__)

START_S: Final = 60.0
LINGER_S: Final = 1.0


class Ending(msgspec.Struct, frozen=True):
    """Why a process ended: what its calls are told, a sentence for people that begins “it”, the call that is to blame."""

    error: CallError
    told: str
    culprit: Flight | None = None


class Session:
    """Make it with ``begin``; ``listen`` until it ends, then ``bury`` it."""

    def __init__(self, process: AgentProcess, plan: Plan, limits: ResourceLimits, log: InstanceLog) -> None:
        """Take over a process that was just started."""
        self.process, self._log = process, log
        self.exchange = Exchange(process, plan.folder / "out", limits.disk_mib)
        own = plan.has_own_network
        self.watch = Watch(process.first, limits, self.exchange.flights, self.end, own_network=own)
        self._ending: Ending | None = None

    @classmethod
    async def begin(cls, plan: Plan, limits: ResourceLimits, log: InstanceLog) -> "Session":
        """Start a process and wait until it is ready; AgentStartError with what it said last."""
        try:
            process = await AgentProcess.spawn(plan.inside, plan.program, plan.work, log)
        except OSError as error:
            raise AgentStartError(f"The process could not be started: {error}.") from error
        session = cls(process, plan, limits, log)
        watching = asyncio.get_running_loop().create_task(session.watch.run())
        try:
            fault = await session._first(plan.setup())
            await end(watching)
        except BaseException:
            await end(watching)
            await process.close()
            raise
        if fault:
            raise AgentStartError(fault, exit_code=await process.close(), said=session._said())
        return session

    async def listen(self) -> None:
        """Return when the process is gone, or sent nonsense."""
        listening = asyncio.ensure_future(self.exchange.listen())
        watching = asyncio.ensure_future(self.watch.run())
        try:
            await asyncio.wait({listening})
        finally:
            await end(listening, watching)
            error = None if listening.cancelled() else listening.exception()
        if isinstance(error, ProtocolError):
            self.end(PROTOCOL, f"sent what is no answer: {error}", None)
        elif error is not None and not isinstance(error, OSError | EOFError):
            logger.error("listening to an agent's process failed", exc_info=error)

    def end(self, error: CallError, told: str, culprit: Flight | None) -> None:
        """End the process; ``culprit`` gets the error, others that they may try again."""
        if self._ending is None:
            self._ending = Ending(error, told, culprit)
        self.process.kill()

    async def bury(self) -> Ending:
        """See the process end and answer its calls; return why it ended."""
        # Its socket closes a moment before it is gone, and only then its exit code is known.
        code = await self.process.close(0 if self._ending is not None else LINGER_S)
        ending = self._ending or _crash(code)
        flights = [*self.exchange.flights.values()]
        for flight in flights:
            alone = ending.culprit is flight or (ending.culprit is None and len(flights) == 1)
            flight.fail(ending.error if alone else _shared(ending))
        return ending

    def give_up(self) -> Ending:
        """Answer the calls of a process of which ``bury`` could not learn how it ended."""
        for flight in [*self.exchange.flights.values()]:
            flight.fail(ENDED)
        return self._ending or Ending(ENDED, "ended, nobody knows how")

    async def _first(self, setup: wire.Setup) -> str:
        """Return why the agent cannot be used, empty when it is ready."""
        if not self.process.first:
            return "bubblewrap could not make its sandbox."
        try:
            async with asyncio.timeout(START_S):
                return await self.exchange.first(setup)
        except TimeoutError:
            return f"It was not ready within {START_S:.0f} s."
        except (OSError, EOFError, ProtocolError) as error:
            if self._ending is not None:
                return f"It {self._ending.told} while it started."
            return "Its process ended at its start." if not isinstance(error, ProtocolError) else f"It said {error}."

    def _said(self) -> list[str]:
        return [line.text for line in self._log.after(max(0, self._log.last - 5)) if line.stream == "stderr"]


def _crash(code: int) -> Ending:
    if code < 0:
        name = signal.Signals(-code).name if -code in {*signal.Signals} else f"signal {-code}"
        return Ending(msgspec.structs.replace(CRASHED, data={"signal": name}), f"was ended by {name}")
    told = f"ended by itself with exit code {code}"
    return Ending(msgspec.structs.replace(CRASHED, data={"exit_code": code}), told)


def _shared(ending: Ending) -> CallError:
    """Return what a call is told that was in flight with others: whose fault it was is known, or it may be its own."""
    return ENDED if ending.culprit is not None else msgspec.structs.replace(ending.error, retryable=True)
