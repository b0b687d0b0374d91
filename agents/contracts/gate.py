"""How much checking of schemas one process does at a time: anybody with an account may ask for it, and it costs CPU."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from agents.contracts.errors import TooManyChecksError

RETRY_S: Final = 2


class Gate:
    """Lets a few in at a time; others wait a moment and are then refused."""

    def __init__(self, most: int, wait_s: float) -> None:
        """Let ``most`` in; wait ``wait_s`` for a place."""
        self._places = threading.BoundedSemaphore(most)
        self._wait_s = wait_s

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place; TooManyChecksError (with ``retry_after`` in s) when none falls free in time."""
        if not self._places.acquire(timeout=self._wait_s):
            raise TooManyChecksError(retry_after=RETRY_S)
        try:
            yield
        finally:
            self._places.release()


TRIALS: Final = Gate(2, 0.5)
"""For trying schemas out and looking them up, which everybody may."""
COMPILER: Final = Gate(3, 2.0)
"""For protoc, a process each: one more than trials, so that these cannot keep anybody from registering."""
