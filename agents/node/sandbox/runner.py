"""An instance of a bundle: one process in a sandbox, started again when it ends, its calls answered in any case."""

import asyncio
import logging
from typing import Any, Final

import msgspec

from agentcluster.artifacts.reference import KEY
from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.sdk.process import wire
from agentcluster.tasks import end
from agents.cluster.heartbeat import Process
from agents.domain.calls import CallError
from agents.domain.manifest import Manifest
from agents.node.call import Call, Outcome
from agents.node.execution import checked_outcome, read_checked
from agents.node.failures import bounded
from agents.node.instance_log import LOG_FILE, InstanceLog
from agents.node.own_files import OwnFiles
from agents.node.runner import OwnProcess
from agents.node.sandbox.bundles import BundleCache, BundleSource
from agents.node.sandbox.errors import ENDED, INPUT_SIZE, OUTPUT_JSON, STARTING, AgentStartError, FileGoneError
from agents.node.sandbox.exchange import Flight
from agents.node.sandbox.plan import Plan
from agents.node.sandbox.session import Session

logger = logging.getLogger(__name__)

GRACE_S: Final = 2.0
"""A call that is told to stop gets this long before its process is ended."""
WAIT_S: Final = 5.0
"""A call waits this long for a process that is being started again; then it is given back."""
PAUSE_S: Final = 0.5
PAUSE_MAX_S: Final = 30.0
STEADY_S: Final = 60.0
"""After a process that lived this long pauses are short again."""
END_S: Final = 10.0
LARGE: Final = 256 * 1024
REASON_MAX: Final = 200
"""Characters of a reason that every heartbeat carries; the log has all of it."""


class RunnerState(msgspec.Struct, frozen=True):
    """For people: ``last_reason`` is why the process ended last, in a sentence; ``sandboxed``: in namespaces of its own.

    ``memory_mib`` is what its processes and the files in its scratch folder hold.
    """

    ready: bool
    restarts: int
    last_reason: str
    sandboxed: bool
    pid: int
    memory_mib: float
    tasks: int


class SandboxedRunner(OwnProcess):
    """See ``agents.node.runner.OwnProcess``."""

    def __init__(self, manifest: Manifest, identity: str, plan: Plan, source: BundleSource, cache: BundleCache) -> None:
        """Nothing is started yet."""
        super().__init__()
        self._manifest, self._identity, self._plan = manifest, identity, plan
        self._source, self._cache = source, cache
        self.log = InstanceLog(plan.folder / LOG_FILE)
        self._session: Session | None = None
        self._up = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._number = self._restarts = 0
        self._last_reason = ""
        self._pause_s = PAUSE_S
        self._held = self._stopping = False

    @property
    def state(self) -> RunnerState:
        """How it is."""
        session, sandboxed = self._session, bool(self._plan.program)
        if session is None:
            return RunnerState(False, self._restarts, self._last_reason, sandboxed, 0, 0.0, 0)
        seen = session.watch.seen
        memory = round(seen.memory_mib + seen.scratch_mib + seen.sockets_mib, 1)
        return RunnerState(
            True, self._restarts, self._last_reason, sandboxed, session.process.first, memory, seen.tasks
        )

    @property
    def process(self) -> Process:
        """How its process is, as the heartbeat tells it."""
        state = self.state
        reason = state.last_reason if len(state.last_reason) <= REASON_MAX else state.last_reason[:REASON_MAX] + "…"
        return Process(state.ready, state.restarts, reason, state.memory_mib, state.tasks)

    async def start(self) -> None:
        """Fetch the bundle, start the process; errors of ``agents.node.sandbox.errors``, each with its code."""
        began = monotonic()
        try:
            bundle = await self._cache.hold(self._identity, self._source)
            self._held = True
            await asyncio.to_thread(self._plan.prepare, bundle)
            session = await Session.begin(self._plan, self._manifest.limits, self.log)
        except BaseException as error:
            self.log.write("system", f"could not start: {getattr(error, 'message', '') or repr(error)}")
            await self.stop(0)
            raise
        self.log.write("system", f"started in {(monotonic() - began) * 1000:.0f} ms, {self._plan.described()}")
        self._session = session
        self._up.set()
        self._life = asyncio.get_running_loop().create_task(self._live(session))

    async def run(self, call: Call) -> Outcome:
        """Run a call; see ``Runner``."""
        given = await read_checked(self._manifest.intent.input, bytes(call.request.input))
        if isinstance(given, Outcome):
            return given
        session = await self._ready()
        if session is None:
            return Outcome(error=STARTING, kept=False)
        self._number += 1
        number = self._number
        try:
            frame = await self._frame(number, call, given)
            if isinstance(frame, CallError):
                return Outcome(error=frame, kept=False)
            if self._session is not session:
                return Outcome(error=STARTING, kept=False)
            flight = session.exchange.begin(number, call, frame)
            session.watch.wake()
            call.beat()
            files = OwnFiles(bytes(call.request.input), given, stored=flight.output.stored)
            return await self._outcome(await self._result(session, flight), files)
        except wire.TooLongError:
            return Outcome(error=INPUT_SIZE, kept=False)
        finally:
            flown = session.exchange.flights.pop(number, None)
            if KEY.encode() in bytes(call.request.input):
                self._plan.inputs.remove(number)
            if flown is not None:
                flown.output.remove()

    async def stop(self, grace_s: float) -> None:
        """End the process: asked first, killed after ``grace_s`` seconds."""
        self._stopping = True
        self._up.clear()
        session = self._session
        if session is not None:
            if grace_s > 0:
                await self._ask(session, grace_s)
            session.process.kill()
            if self._life is not None:
                await asyncio.wait({self._life}, timeout=END_S)
        await end(self._life)
        if self._held:
            self._held = False
            self._cache.release(self._identity)
        self.log.write("system", "stopped")
        self.log.close()
        await asyncio.to_thread(self._plan.clear)

    async def _ask(self, session: Session, grace_s: float) -> None:
        session.exchange.stop()
        try:
            async with asyncio.timeout(grace_s):
                await session.process.ended()
        except TimeoutError:
            self.log.write("system", f"did not end within {grace_s:g} s of being told; it is killed")

    async def _ready(self) -> Session | None:
        """Return the session, when it must be that of a process that is just being started."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._up.wait()
        except TimeoutError:
            return None
        return self._session

    async def _frame(self, number: int, call: Call, given: Any) -> wire.Call | CallError:
        request, placed = call.request, {}
        if KEY.encode() in bytes(request.input):
            try:
                placed = await asyncio.to_thread(self._plan.inputs.place, number, given)
            except FileGoneError as error:
                return CallError(error.code, error.message)
        return wire.Call(
            number,
            request.call_id,
            request.idempotency_key,
            max(0.0, call.deadline_s - monotonic()),
            msgspec.Raw(msgspec.json.encode(given)),
            call.trace_id,
            placed,
        )

    async def _result(self, session: Session, flight: Flight) -> wire.Result:
        """Wait for the result; when cancelled, ask, and then end the process that does not answer."""
        try:
            return await asyncio.shield(flight.result)
        except asyncio.CancelledError:
            session.exchange.cancel(flight)
            await asyncio.wait({flight.result}, timeout=GRACE_S)
            if flight.result.done():
                return flight.result.result()
            told = f"did not stop call {flight.call.call_id} within {GRACE_S:g} s of being told to"
            session.end(flight.call.stopping or ENDED, told, flight)
            raise

    async def _outcome(self, result: wire.Result, files: OwnFiles) -> Outcome:
        if result.error is not None:
            return Outcome(error=bounded(msgspec.convert(msgspec.to_builtins(result.error), CallError)))
        data = bytes(result.output)
        decode = msgspec.json.decode
        try:
            value = await asyncio.to_thread(decode, data) if len(data) > LARGE else decode(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            return Outcome(error=OUTPUT_JSON)
        return await checked_outcome(self._manifest.intent.output, value, files)

    async def _live(self, session: Session | None) -> None:
        """Listen to one process after the other until told to stop."""
        while session is not None:
            began = monotonic()
            self._session = session
            self._up.set()
            self._tell()
            try:
                await session.listen()
            finally:
                self._up.clear()
                self._session = None
                await self._bury(session)
                self._tell()
            if monotonic() - began > STEADY_S:
                self._pause_s = PAUSE_S
            session = await self._again()

    def _tell(self) -> None:
        if not self._stopping:
            self.on_change()

    async def _bury(self, session: Session) -> None:
        in_flight = len(session.exchange.flights)
        try:
            ending = await session.bury()
        except Exception:
            logger.exception("what was left of a process of %s could not be cleared away", self._manifest.name)
            ending = session.give_up()
        if not self._stopping:
            code, name = ending.error.code, self._manifest.name
            self._last_reason = f"{code}: it {ending.told}"
            calls = f"{in_flight} call{'' if in_flight == 1 else 's'}"
            self.log.write("system", f"ended ({code}): it {ending.told}; {calls} in flight")
            logger.warning("an instance of %s ended (%s): it %s", name, code, ending.told)

    async def _again(self) -> Session | None:
        """Start a new process, with growing pauses; None when told to stop meanwhile."""
        while not self._stopping:
            self.log.write("system", f"starts again in {self._pause_s:g} s")
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(PAUSE_MAX_S, self._pause_s * 2)
            self._restarts += 1
            try:
                session = await Session.begin(self._plan, self._manifest.limits, self.log)
            except Exception as error:
                # Too many open files, no thread to be had: such things pass, and nobody else would start it.
                code, told = getattr(error, "code", ""), getattr(error, "message", "") or str(error) or repr(error)
                self._last_reason = f"{code or AgentStartError.code}: {told}"
                self.log.write("system", f"could not start again: {told}")
                self._tell()
                if not isinstance(error, AgentClusterError):
                    logger.warning("an instance of %s could not start again", self._manifest.name, exc_info=error)
                continue
            self.log.write("system", "started again")
            return session
        return None
