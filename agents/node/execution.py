"""Running an agent: on the node's loop, or in a worker process when it needs the CPU."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agents.contracts.guard import Guard
from agents.domain.calls import INLINE_LIMIT, CallError
from agents.domain.schema_check import FieldError, check
from agents.node import output
from agents.node.call import Call, Outcome
from agents.node.claims import ClaimError, may_hold_claims, read_input
from agents.node.clock import to_ms
from agents.node.failures import from_exception, of_schema
from agents.node.own_files import OwnFiles
from agents.node.promises import Promises
from agents.node.scratch import scratch
from agents.node.speaking import speaking
from agents.node.workers.frames import Job, Result
from agents.node.workers.pool import WorkerPool
from agents.node.workers.process import WorkerGoneError, WorkerProcess
from agents.tools.context import CallContext, Ports

GRACE_S: Final = 2.0
"""A worker process that is told to stop gets this long before it is killed."""


class Executor:
    """Runs calls. ``pool`` is None on a node without agents that need it."""

    def __init__(self, pool: WorkerPool | None, ports: Ports, contracts: Guard | None = None) -> None:
        """Use the workers of ``pool``, which the caller starts and closes; lend ``ports`` to agents on the loop.

        ``contracts``: hold inputs and outputs to the contracts there are for agents, besides the agents' own schemas.
        """
        self._pool, self._ports = pool, ports
        self._promises = None if contracts is None else Promises(contracts)
        self._folder = scratch()
        self._jobs = 0

    async def run(self, call: Call) -> Outcome:
        """Return what came of the call; cancelling stops it, and then there may still be an outcome."""
        promises = self._promises
        if promises is None or not promises.concern(call):
            return await self._run(call)
        refused = await promises.refuse(call)
        return refused or await promises.checked(call, await self._run(call))

    async def _run(self, call: Call) -> Outcome:
        if call.hosted.runner is not None:
            return await call.hosted.runner.run(call)
        if call.hosted.function is None:
            outcome = await self._in_worker(call)
        else:
            with speaking(call.hosted.say):
                outcome = await self._on_loop(call)
        if outcome.error is not None:
            _tell_failure(call, outcome.error)
        return outcome

    def close(self) -> None:
        """Remove the files by which worker processes are told to stop."""
        self._folder.cleanup()

    async def _on_loop(self, call: Call) -> Outcome:
        function, intent, request = call.hosted.function, call.hosted.manifest.intent, call.request
        if function is None:
            raise TypeError("this agent runs in a worker process")
        given = await read_checked(intent.input, bytes(request.input))
        if isinstance(given, Outcome):
            return given
        call.beat()
        with artifacts.noting() as stored:
            try:
                returned = await function(given, self._context(call))
            except Exception as error:
                return Outcome(error=from_exception(error, request.call_id))
        return await checked_outcome(intent.output, returned, OwnFiles(bytes(request.input), given, stored=stored))

    def _context(self, call: Call) -> CallContext:
        request = call.request
        return CallContext(
            request.call_id,
            request.idempotency_key,
            call.deadline_s,
            trace_id=call.trace_id,
            ports=self._ports,
            report=call.beat,
        )

    async def _in_worker(self, call: Call) -> Outcome:
        if self._pool is None:
            raise TypeError("this agent needs a worker process")
        self._jobs += 1
        file = Path(self._folder.name) / str(self._jobs)
        worker = await self._pool.borrow(call.hosted.manifest.limits.memory_mib)
        call.beat()
        try:
            result = await _run_job(worker, call, file)
        except WorkerGoneError as gone:
            return Outcome(error=gone.error)
        finally:
            file.unlink(missing_ok=True)
            self._pool.give_back(worker)
        for stream, text in result.said:
            call.hosted.say(stream, text)
        call.started_ms = to_ms(result.started_s)
        return Outcome(msgspec.Raw(result.output) if result.error is None else None, result.error, result.kept)


def _tell_failure(call: Call, error: CallError) -> None:
    call.hosted.say("stderr", f"call {call.call_id} failed ({error.code}): {error.message}")


async def _run_job(worker: WorkerProcess, call: Call, cancel_file: Path) -> Result:
    """Return the result of the job; when cancelled, the agent is told and gets ``GRACE_S`` seconds to end in order."""
    request = call.request
    job = Job(
        call.hosted.identity,
        request.call_id,
        request.idempotency_key,
        bytes(request.input),
        call.deadline_s,
        str(cancel_file),
        call.trace_id,
    )
    try:
        return await worker.run(job, call.beat_as)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            cancel_file.touch()  # noqa: ASYNC240 - an empty file in a local folder
        result = await worker.finish(GRACE_S)
        if result is None:
            raise
        return result


async def read_checked(schema: Any, data: bytes) -> Any:
    """Return the input in ``data`` (JSON) with its large parts in their places, or the Outcome that refuses it."""
    try:
        given = await _read(schema, data)
    except ClaimError as error:
        return Outcome(error=error.error, kept=False)
    problems = await _check(schema, given, len(data))
    if problems:
        return Outcome(error=of_schema(problems, code="invalid_input", what="The input"), kept=False)
    return given


async def checked_outcome(schema: Any, returned: Any, files: OwnFiles) -> Outcome:
    """Return the outcome, which may tell of ``files``; what is large is checked and stored in a thread, off the loop."""
    try:
        data = output.encode(returned)
    except output.InvalidOutputError as error:
        return Outcome(error=error.error)
    if (refused := await files.refuse_in(data)) is not None:
        return Outcome(error=refused)
    if len(data) > INLINE_LIMIT:
        prepared = await asyncio.to_thread(output.finish, schema, returned, data)
    else:
        prepared = output.finish(schema, returned, data)
    return Outcome(prepared) if isinstance(prepared, msgspec.Raw) else Outcome(error=prepared)


async def _read(schema: Any, data: bytes) -> Any:
    """Return the input; files are read in a thread."""
    return await asyncio.to_thread(read_input, schema, data) if may_hold_claims(data) else read_input(schema, data)


async def _check(schema: Any, value: Any, size: int) -> list[FieldError]:
    if output.fits_plainly(schema, value):
        return []
    if size > INLINE_LIMIT:
        return await asyncio.to_thread(check, schema, value)
    return check(schema, value)
