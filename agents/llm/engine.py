"""What the router asks of an engine, and what it remembers of one."""

from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from agents.llm.breaker import Breaker
from agents.llm.request import Completion, LlmRequest, Usage, estimate_tokens

WEIGHT: Final = 0.3
"""How much the newest round trip counts in the moving average."""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What 1,000 tokens cost, in whatever currency the operator counts."""

    input: float = 0.0
    output: float = 0.0

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return what so many tokens cost."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1000


class Engine(Protocol):
    """A language model behind some interface."""

    @property
    def model(self) -> str:
        """The model it asks when the request names none."""

    @property
    def price(self) -> Price:
        """What it costs."""

    @property
    def timeout_s(self) -> float:
        """How long it may take at most."""

    @property
    def notice(self) -> str:
        """What the reader of an answer must know of the engine; mostly empty."""

    @property
    def repairs(self) -> bool:
        """Whether asking again can give another answer."""

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        """Return the answer to ``request.messages``; raises ``EngineError``."""


@dataclass
class Registered:
    """An engine with its record: the moving average of its round trips (ms) and its breaker."""

    name: str
    engine: Engine
    place: int
    """Where it stands in the order of registration."""
    breaker: Breaker = field(default_factory=Breaker)
    latency_ms: float | None = None

    def took(self, elapsed_ms: float) -> None:
        """Note how long an answer took."""
        before = elapsed_ms if self.latency_ms is None else self.latency_ms
        self.latency_ms = before + WEIGHT * (elapsed_ms - before)

    def expected_cost(self, request: LlmRequest) -> float:
        """Return what the request may cost at most here."""
        prompt = sum(estimate_tokens(message.content) for message in request.messages)
        return self.engine.price.of(prompt, request.max_tokens)

    def usage(self, request: LlmRequest, completion: Completion) -> Usage:
        """Return what an answer used, guessed from the lengths when the engine did not say."""
        prompt, written = completion.prompt_tokens, completion.completion_tokens
        estimated = prompt is None or written is None
        if prompt is None:
            prompt = sum(estimate_tokens(message.content) for message in request.messages)
        if written is None:
            written = estimate_tokens(completion.text)
        return Usage(prompt, written, self.engine.price.of(prompt, written), estimated)
