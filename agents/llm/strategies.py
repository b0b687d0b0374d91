"""In which order engines are asked (features D1). Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from agents.llm.engine import Registered
from agents.llm.request import LlmRequest, Strategy


def order(engines: Sequence[Registered], request: LlmRequest) -> list[Registered]:
    """Return the engines in the order the request's strategy asks them; each next one when the one before failed."""
    return _STRATEGIES[request.strategy](engines, request)


def _fallback_chain(engines: Sequence[Registered], request: LlmRequest) -> list[Registered]:
    """As the request lists them, else as they were registered."""
    if request.engines:
        return sorted(engines, key=lambda each: request.engines.index(each.name))
    return sorted(engines, key=lambda each: each.place)


def _latency_first(engines: Sequence[Registered], request: LlmRequest) -> list[Registered]:
    """The lowest recent round trip first; an engine not measured yet is tried before those that are."""
    return sorted(engines, key=lambda each: (each.latency_ms or 0.0, each.place))


def _cost_aware(engines: Sequence[Registered], request: LlmRequest) -> list[Registered]:
    """The cheapest of those that meet ``sla_ms`` first; then the others, the fastest first."""
    limit = request.sla_ms
    meets = [each for each in engines if limit is None or (each.latency_ms or 0.0) <= limit]
    late = [each for each in engines if each not in meets]
    cheapest = sorted(meets, key=lambda each: (each.expected_cost(request), each.latency_ms or 0.0, each.place))
    return [*cheapest, *_latency_first(late, request)]


_STRATEGIES: Final[dict[Strategy, Callable[[Sequence[Registered], LlmRequest], list[Registered]]]] = {
    "fallback-chain": _fallback_chain,
    "latency-first": _latency_first,
    "cost-aware": _cost_aware,
}
