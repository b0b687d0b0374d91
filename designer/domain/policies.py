"""What a node says about trouble, time and repetition; the same words for every kind (features C1)."""

from typing import Any, Final, Literal

import msgspec


class RetryPolicy(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How often and when a failed attempt is tried again.

    The pause before attempt n+1 is ``initial_s * backoff ** (n-1)``, at most ``max_s``, times a random
    factor in [1-jitter, 1+jitter].
    ``on`` lists error codes to retry; empty means every error marked retryable.
    """

    attempts: int = 1
    initial_s: float = 1.0
    backoff: float = 2.0
    max_s: float = 60.0
    jitter: float = 0.1
    on: tuple[str, ...] = ()


HANDLER_RETRY: Final = RetryPolicy(attempts=5, initial_s=2.0, backoff=3.0)
"""That of a compensation handler which sets none of its own: again after 2, 6, 18 and 54 seconds."""


class OnError(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """After the last attempt: ``fail`` the run, ``continue`` with ``default`` as output, or take the ``error`` edge."""

    action: Literal["fail", "continue", "branch"] = "fail"
    default: Any = None


class Cache(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Give the output an equal call of this project gave in the last ``ttl_s`` seconds instead of calling again.

    Equal: the same agent version and the same ``key`` (a value with expressions), which is the whole input unless set.
    """

    ttl_s: float = 3600.0
    key: Any = None


class Concurrency(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How many runs of the workflow may go on at a time, for each value of ``key`` (such as ``${ input.customer }``; empty:
    all runs together). ``total`` is how many may go on with all keys taken together (null: as many as the keys allow).

    ``full`` says what becomes of a start beyond that: it waits its turn (``queue``), is refused (``reject``), or the
    oldest run that goes on is cancelled for it (``replace``).
    """

    limit: int
    key: str = ""
    full: Literal["queue", "reject", "replace"] = "queue"
    total: int | None = None


Priority = Literal["high", "normal", "low"]


class Settings(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What holds for all runs of the workflow; ``timeout_s`` is a run's whole wall clock time."""

    timeout_s: float | None = None
    priority: Priority = "normal"
    concurrency: Concurrency | None = None
