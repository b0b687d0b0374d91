"""Checks of retries, time-outs, caches and conditions: the same for every kind that has them."""

from collections.abc import Iterator
from typing import Final

from designer.domain.graph import Node, Problem, RetryPolicy
from designer.domain.plan import CALLS
from designer.domain.validate.bindings import mismatch
from designer.domain.validate.scope import Sight
from designer.domain.values import Fault, Placed, expressions_in

MAX_ATTEMPTS: Final = 100
MAX_PAUSE_S: Final = 24 * 3600.0
MAX_TIMEOUT_S: Final = 24 * 3600.0
MAX_WAIT_S: Final = 366 * 24 * 3600.0
MAX_CACHE_S: Final = 30 * 24 * 3600.0

Limits = tuple[tuple[bool, str, str], ...]


def check_execution(node: Node) -> Iterator[Problem]:
    """Yield what is out of range."""
    timeout_s = getattr(node, "timeout_s", None)
    most = MAX_TIMEOUT_S if isinstance(node, CALLS) else MAX_WAIT_S
    if timeout_s is not None and not 0 < timeout_s <= most:
        message = f"The time-out lies between 0 and {most:.0f} seconds."
        yield Problem("out_of_range", message, node=node.id, field="/timeout_s")
    if isinstance(node, CALLS):
        for fine, field, message in (*_retry_limits(node), *_more_limits(node)):
            if not fine:
                yield Problem("out_of_range", message, node=node.id, field=field)


def check_condition(sight: Sight, node: Node, field: str, text: str) -> Iterator[Problem]:
    """Yield what is wrong with a condition, apart from the expression in it."""
    if not text.strip():
        yield Problem("no_condition", "Write a condition, such as ${ input.total > 100 }.", node=node.id, field=field)
        return
    found = list(expressions_in(text))
    if any(isinstance(each, Fault) for each in found):
        return
    if not (len(found) == 1 and isinstance(found[0], Placed) and found[0].whole):
        message = "A condition is one expression that stands whole inside ${ }, such as ${ input.a && input.b }."
        yield Problem("not_a_condition", message, node=node.id, field=field)
    elif reason := mismatch(sight, text, {"type": "boolean"}):
        yield Problem("type_mismatch", f"It does not fit: {reason}.", node=node.id, field=field)


def _retry_limits(node: Node) -> Limits:
    assert isinstance(node, CALLS)
    retry = node.retry or RetryPolicy()
    return (
        (1 <= retry.attempts <= MAX_ATTEMPTS, "/retry/attempts", f"Between 1 and {MAX_ATTEMPTS} attempts are allowed."),
        (0 <= retry.initial_s <= MAX_PAUSE_S, "/retry/initial_s", "The first pause lies between 0 and 86400 seconds."),
        (1 <= retry.backoff <= 100, "/retry/backoff", "The backoff factor lies between 1 and 100."),
        (0 <= retry.max_s <= MAX_PAUSE_S, "/retry/max_s", "The longest pause lies between 0 and 86400 seconds."),
        (0 <= retry.jitter <= 1, "/retry/jitter", "Jitter lies between 0 and 1."),
    )


def _more_limits(node: Node) -> Limits:
    assert isinstance(node, CALLS)
    beat, cache = node.heartbeat_timeout_s, node.cache
    return (
        (
            beat is None or 1 <= beat <= MAX_TIMEOUT_S,
            "/heartbeat_timeout_s",
            "The heartbeat time-out lies between 1 and 86400 seconds.",
        ),
        (
            cache is None or 1 <= cache.ttl_s <= MAX_CACHE_S,
            "/cache/ttl_s",
            "Cached answers are kept between a second and 30 days (2592000 seconds).",
        ),
    )
