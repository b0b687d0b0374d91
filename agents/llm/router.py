"""The router: which engine answers, and what happens when it does not (features D1).

It knows engines by the ``Engine`` protocol only, not by their wire format.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Literal

from agentcluster.clock import monotonic
from agents.llm import structured
from agents.llm.engine import Engine, Registered
from agents.llm.errors import (
    BreakersOpenError,
    EngineError,
    EnginesFailedError,
    EnginesFailedForNowError,
    EngineTimeoutError,
    NoEngineError,
    OutputNotValidError,
)
from agents.llm.request import Answer, Completion, Failure, LlmRequest, Usage
from agents.llm.strategies import order

logger = logging.getLogger(__name__)

Change = Literal["registered", "replaced", "removed"]
Hook = Callable[[Change, str], None]
RAW_LIMIT: Final = 2000


class Router:
    """Engines by name, to be plugged in and out while it works. All on one event loop at a time."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Begin without engines; ``clock`` gives monotonic seconds."""
        self._clock = clock
        self._engines: dict[str, Registered] = {}
        self._hooks: list[Hook] = []
        self._places = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The engines there are, in the order of registration."""
        return tuple(self._engines)

    def get(self, name: str) -> Registered | None:
        """Return an engine with its record, None when there is none of this name."""
        return self._engines.get(name)

    def register(self, name: str, engine: Engine) -> None:
        """Add an engine, or replace the one of this name: it keeps its place, its record begins anew."""
        before = self._engines.get(name)
        self._places += 1
        self._engines[name] = Registered(name, engine, before.place if before else self._places)
        self._tell("replaced" if before else "registered", name)

    def remove(self, name: str) -> None:
        """Take an engine out; calls it is answering go on. NoEngineError when there is none of this name."""
        if self._engines.pop(name, None) is None:
            raise self._unknown(name)
        self._tell("removed", name)

    def on_change(self, hook: Hook) -> Callable[[], None]:
        """Call ``hook(change, name)`` after each change; returns what ends that."""
        self._hooks.append(hook)
        return lambda: self._hooks.remove(hook)

    async def route(self, request: LlmRequest) -> Answer:
        """Return the first answer the strategy gets.

        ``NoEngineError``, ``BreakersOpenError``, ``OutputNotValidError``; an engine's own error when only one was
        asked; ``EnginesFailedError`` with what each said.
        """
        failures: list[Failure] = []
        errors: list[EngineError] = []
        for each in order(self._candidates(request), request):
            if not each.breaker.allows(self._clock()):
                rest = each.breaker.rests_for(self._clock())
                message = f"{each.name} failed often and is left alone for {rest:.0f} s."
                failures.append(Failure(each.name, "breaker_open", message))
                continue
            try:
                return await self._ask(each, request, tuple(failures))
            except EngineError as error:
                errors.append(error)
                failures.append(Failure(each.name, error.code, error.message))
        raise _gave_up(failures, errors)

    def _candidates(self, request: LlmRequest) -> list[Registered]:
        wanted = (request.engine,) if request.engine else request.engines
        for name in wanted:
            if name not in self._engines:
                raise self._unknown(name)
        if not self._engines:
            raise NoEngineError("There is no language model to ask.")
        return [each for name, each in self._engines.items() if not wanted or name in wanted]

    async def _ask(self, each: Registered, request: LlmRequest, failures: tuple[Failure, ...]) -> Answer:
        completion = await self._complete(each, request)
        usage = each.usage(request, completion)
        data = None
        if request.schema is not None:
            data, completion, usage = await self._structured(each, request, completion, usage)
        return Answer(
            completion.text, data, each.name, completion.model, usage, completion.finish, each.engine.notice, failures
        )

    async def _structured(
        self, each: Registered, request: LlmRequest, completion: Completion, usage: Usage
    ) -> tuple[Any, Completion, Usage]:
        """Return the value that fits the schema, after one repair at most."""
        schema = request.schema or {}
        data, errors = structured.read(completion, schema)
        if errors and each.engine.repairs:
            again = request.with_messages(*structured.repair(completion, errors))
            completion = await self._complete(each, again)
            usage = usage.plus(each.usage(again, completion))
            data, errors = structured.read(completion, schema)
        if errors:
            raise OutputNotValidError(
                f"The answer of {each.name} does not fit the schema: {structured.in_words(errors)}.",
                field="/schema",
                engine=each.name,
                raw=completion.text[:RAW_LIMIT],
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                cost=usage.cost,
            )
        return data, completion, usage

    async def _complete(self, each: Registered, request: LlmRequest) -> Completion:
        limit = min(request.timeout_s, each.engine.timeout_s)
        began = self._clock()
        each.breaker.begin(began)
        try:
            async with asyncio.timeout(limit):
                completion = await each.engine.complete(request, limit)
        except TimeoutError as error:
            each.breaker.failed(self._clock())
            raise EngineTimeoutError(f"{each.name} did not answer within {limit:g} s.", engine=each.name) from error
        except EngineError as error:
            if error.trips:
                each.breaker.failed(self._clock())
            else:
                each.breaker.succeeded()
            raise
        each.breaker.succeeded()
        each.took((self._clock() - began) * 1000)
        return completion

    def _unknown(self, name: str) -> NoEngineError:
        there = ", ".join(self._engines) or "none"
        return NoEngineError(f"There is no engine '{name}'; there are {there}.", field="/engine", engine=name)

    def _tell(self, change: Change, name: str) -> None:
        for hook in tuple(self._hooks):
            try:
                hook(change, name)
            except Exception:
                logger.exception("a hook on the engine %s failed", name)


def _gave_up(
    failures: list[Failure], errors: list[EngineError]
) -> EngineError | EnginesFailedError | BreakersOpenError:
    if len(errors) == 1 and len(failures) == 1:
        return errors[0]
    listed = [{"engine": each.engine, "code": each.code, "message": each.message} for each in failures]
    said = "; ".join(each.message.rstrip(".") for each in failures)
    if not errors:
        return BreakersOpenError(f"No engine may be asked now: {said}.", failures=listed)
    kind = EnginesFailedForNowError if any(each.retryable for each in errors) else EnginesFailedError
    return kind(f"No engine answered: {said}.", failures=listed)
