"""What goes to a language model and what comes back."""

from typing import Any, Final, Literal

import msgspec

Role = Literal["system", "user", "assistant"]
Strategy = Literal["latency-first", "cost-aware", "fallback-chain"]
STRATEGIES: Final[tuple[Strategy, ...]] = ("fallback-chain", "latency-first", "cost-aware")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn of the conversation."""

    role: Role
    content: str


class LlmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the router takes it. ``schema``: the answer must be JSON that fits it."""

    messages: tuple[Message, ...]
    engine: str = ""
    """Empty: the strategy chooses."""
    engines: tuple[str, ...] = ()
    """Choose among these only, for a fallback chain in this order; empty: all."""
    model: str = ""
    """Empty: the engine's own."""
    strategy: Strategy = "fallback-chain"
    schema: dict[str, Any] | None = None
    temperature: float | None = None
    max_tokens: int = 1024
    timeout_s: float = 60.0
    """For one engine's answer."""
    sla_ms: float | None = None
    """``cost-aware``: the cheapest of the engines that usually answer within this."""

    def with_messages(self, *further: Message) -> "LlmRequest":
        """Return the request with more turns at its end."""
        return msgspec.structs.replace(self, messages=(*self.messages, *further))


class Usage(msgspec.Struct, frozen=True):
    """Tokens of a call, and what they cost in the currency of the engine's prices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    estimated: bool = False
    """The engine did not count; the tokens are a guess from the length."""

    def plus(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost + other.cost,
            self.estimated or other.estimated,
        )


class Completion(msgspec.Struct, frozen=True):
    """What one engine answered. Token counts are None when it did not say."""

    text: str
    model: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish: Literal["stop", "length", "refusal"] = "stop"
    data: Any = None
    """The value itself, where an engine gives structured output as such; else it is read from ``text``."""


class Failure(msgspec.Struct, frozen=True):
    """An engine that was tried, or left out, before another answered."""

    engine: str
    code: str
    message: str


class Answer(msgspec.Struct, frozen=True):
    """What the router gives back."""

    text: str
    data: Any
    engine: str
    model: str
    usage: Usage
    finish: str
    notice: str = ""
    """What the reader must know about the engine; the offline one says what it is."""
    failures: tuple[Failure, ...] = ()


def estimate_tokens(text: str) -> int:
    """Guess the tokens of a text: about four Latin letters each, about one a Chinese character."""
    wide = sum(1 for character in text if ord(character) > 0x2E7F)
    return wide + (len(text) - wide + 3) // 4
