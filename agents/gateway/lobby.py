"""Those at the gateway of whom is not known yet who they are: so many in all, and so many from one address."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agentcluster.security.client_address import counted
from agents.gateway.errors import FullError


class Lobby:
    """Counts strangers; who finds no room is told to come again."""

    def __init__(self, most: int, each: int) -> None:
        """Let in ``most`` at a time, ``each`` from one address (of IPv6: from one /64)."""
        self.inside = 0
        self._most, self._each = most, each
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> Callable[[], None]:
        """Take a place and return how to leave it (more than once does no harm); FullError when there is none."""
        address = counted(address)
        limit = self._most if self.inside >= self._most else self._each
        if self.inside >= self._most or self._by_address[address] >= self._each:
            raise FullError(
                "Too many connections wait to log in at the gateway; try again in a moment.", limit=limit, retry_after=1
            )
        self.inside += 1
        self._by_address[address] += 1
        here = True

        def leave() -> None:
            nonlocal here
            if here:
                here = False
                self._leave(address)

        return leave

    @contextmanager
    def waiting(self, address: str) -> Iterator[None]:
        """Hold a place for a while; FullError."""
        leave = self.enter(address)
        try:
            yield
        finally:
            leave()

    def _leave(self, address: str) -> None:
        self.inside -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
