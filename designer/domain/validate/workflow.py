"""Checks of what holds for a whole workflow: its time limit, how many runs may go on at a time."""

from collections.abc import Iterator
from typing import Final

from designer.domain.expressions import ExpressionError
from designer.domain.graph import Concurrency, Graph, Problem
from designer.domain.values import Fault, expressions_in

MAX_RUN_S: Final = 366 * 24 * 3600.0
MAX_RUNS: Final = 10_000
_KEY_ROOTS: Final = frozenset({"input", "run"})


def check_workflow(graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the workflow's settings; ``field`` points into the document."""
    settings = graph.settings
    if settings.timeout_s is not None and not 0 < settings.timeout_s <= MAX_RUN_S:
        message = f"A run's time limit lies between 0 and {MAX_RUN_S:.0f} seconds (a year)."
        yield Problem("out_of_range", message, field="/settings/timeout_s")
    concurrency = settings.concurrency
    if concurrency is None:
        return
    if not 1 <= concurrency.limit <= MAX_RUNS:
        message = f"Between 1 and {MAX_RUNS} runs may go on at a time."
        yield Problem("out_of_range", message, field="/settings/concurrency/limit")
    yield from _check_key(concurrency.key)
    if concurrency.total is not None:
        yield from _check_total(concurrency, concurrency.total)


def _check_total(concurrency: Concurrency, total: int) -> Iterator[Problem]:
    field = "/settings/concurrency/total"
    if not concurrency.key.strip():
        message = "Without a key there is one limit only: leave this out, or write a key such as ${ input.customer }."
        yield Problem("total_without_key", message, field=field)
    elif not concurrency.limit <= total <= MAX_RUNS:
        message = f"Of all keys together between {concurrency.limit} (the limit of one) and {MAX_RUNS} runs may go on."
        yield Problem("out_of_range", message, field=field)


def _check_key(key: str) -> Iterator[Problem]:
    field = "/settings/concurrency/key"
    changing = not key.strip()
    try:
        for found in expressions_in(key, field):
            if isinstance(found, Fault):
                yield Problem("bad_expression", found.message, field=field, column=found.column)
            elif unknown := found.expression.roots - _KEY_ROOTS:
                message = (
                    f"The key is worked out before the run begins: `{min(unknown)}` is not known then, `input` is."
                )
                yield Problem("bad_expression", message, field=field, column=found.offset + 1)
            changing = changing or isinstance(found, Fault) or bool(found.expression.roots)
    except ExpressionError as error:
        yield Problem("bad_expression", error.message, field=field, column=error.column)
        return
    if not changing:
        message = "The key is the same for all runs, so that they share one limit: write ${ input.customer }, say."
        yield Problem("constant_key", message, field=field)
