"""``llm-router``: asks a language model, or the offline engine where there is none."""

from typing import Any, Final

import msgspec

from agents.domain.schema_check import check_schema
from agents.llm.configuration import Configured
from agents.llm.request import Answer, LlmRequest, Message, Strategy
from agents.tools.context import CallContext
from agents.tools.errors import BadValueError, DeadlineExceededError

CHARACTERS: Final = 1_000_000
_configured: Final = Configured()


class Input(msgspec.Struct, frozen=True):
    """The input of ``llm-router``, defaults filled in."""

    prompt: str = ""
    messages: tuple[Message, ...] = ()
    system: str = ""
    engine: str = ""
    engines: tuple[str, ...] = ()
    model: str = ""
    strategy: Strategy = "fallback-chain"
    schema: dict[str, Any] | None = None
    temperature: float | None = None
    max_tokens: int = 1024
    timeout_s: float = 60.0
    sla_ms: float | None = None


async def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return text, data (with a schema), engine, model, usage, and which engines failed before."""
    given = msgspec.convert(input, Input)
    left = context.seconds_left()
    if left <= 0:
        raise DeadlineExceededError
    router = _configured.current()
    answer = await router.route(_request(given, min(given.timeout_s, left)))
    return _output(answer)


def _request(given: Input, timeout_s: float) -> LlmRequest:
    if given.schema is not None and (wrong := check_schema(given.schema)):
        pointer = f"/schema{wrong[0].pointer}"
        raise BadValueError(f"This is not a JSON Schema: '{wrong[0].pointer}' {wrong[0].message}.", field=pointer)
    if given.engine and given.engines:
        raise BadValueError("Name one engine, or several to choose among, not both.", field="/engines")
    return LlmRequest(
        messages=_messages(given),
        engine=given.engine,
        engines=tuple(dict.fromkeys(given.engines)),
        model=given.model,
        strategy=given.strategy,
        schema=given.schema,
        temperature=given.temperature,
        max_tokens=given.max_tokens,
        timeout_s=timeout_s,
        sla_ms=given.sla_ms,
    )


def _messages(given: Input) -> tuple[Message, ...]:
    system = (Message("system", given.system),) if given.system else ()
    prompt = (Message("user", given.prompt),) if given.prompt else ()
    messages = (*system, *given.messages, *prompt)
    if not messages or messages[-1].role != "user":
        raise BadValueError("Give a prompt, or messages whose last one is the user's.", field="/prompt")
    if sum(len(message.content) for message in messages) > CHARACTERS:
        raise BadValueError(f"The messages have more than {CHARACTERS:,} characters together.", field="/messages")
    return messages


def _output(answer: Answer) -> dict[str, Any]:
    return {**msgspec.to_builtins(answer), "failures": [msgspec.to_builtins(each) for each in answer.failures]}
