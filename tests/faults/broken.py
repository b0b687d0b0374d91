"""``python -m tests.faults.broken <build> <command>``: a process of a build that lacks one of the safeguards.

The checker must catch each of them; one that does not would find nothing in a sound build either.
"""

import asyncio
import runpy
import sys
from collections.abc import Callable
from typing import Any, Final


def no_fence() -> None:
    """Whoever appends may: neither epoch nor sequence nor history are looked at, and nobody is told to stop."""
    from agentcluster.streams import functions
    from designer.engine.driver import Driver

    guarded = "local verdict = judge("
    assert guarded in functions.LIBRARY
    open_to_all = (
        "local last = redis.call('XREVRANGE', keys[1], '+', '-', 'COUNT', 1)[1]\n"
        "  if last then args[2] = string.match(last[1], '^%d+') end\n"
        "  local verdict = 0 and nothing("
    )
    library = functions.LIBRARY.replace(
        "-- ARGV: epoch, seq and head before", "local function nothing() return 0 end\n-- ", 1
    )
    _replace_library(library.replace(guarded, open_to_all, 1))
    Driver.fence = lambda self, epoch: None  # type: ignore[method-assign]


def no_dedupe() -> None:
    """The node's call ledger is off: every message is a new call."""
    from agents.node.ledger import Ledger
    from agents.node.service import CallService

    def claim(self: Ledger, claims: Any, then: Any, pause_s: float = 0) -> None:
        asyncio.get_running_loop().call_soon(then, [None] * len(claims))

    take_in = CallService.on_invoke

    def on_invoke(self: CallService, hosted: Any, message: Any) -> None:
        known, self.calls = self.calls, _Forgetful(self.calls)
        take_in(self, hosted, message)
        self.calls = known

    Ledger.claim = claim  # type: ignore[method-assign]
    CallService.on_invoke = on_invoke  # type: ignore[method-assign]


class _Forgetful(dict[str, Any]):
    """Knows no call, and keeps new ones in the table it stands for."""

    def __init__(self, table: dict[str, Any]) -> None:
        super().__init__()
        self._table = table

    def __setitem__(self, key: str, value: Any) -> None:
        self._table[key] = value


def no_reaper() -> None:
    """Nobody looks for runs without an owner."""
    from designer.engine.reaper import Reaper

    async def sleep(self: Reaper) -> None:
        await asyncio.Event().wait()

    Reaper.run = sleep  # type: ignore[method-assign]


def eviction() -> None:
    """A Redis that evicts what was not used lately is taken as it is."""
    from designer.engine import bootstep

    bootstep.check_server = lambda url: None


BUILDS: Final[dict[str, Callable[[], None]]] = {
    build.__name__.replace("_", "-"): build for build in (no_fence, no_dedupe, no_reaper, eviction)
}


def _replace_library(library: str) -> None:
    """Have all who load the functions load these."""
    from agentcluster.streams import functions, run_log

    functions.LIBRARY = run_log.LIBRARY = library  # type: ignore[misc,attr-defined]


def _run(command: list[str]) -> None:
    """Do what ``python <command>`` does."""
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")


if __name__ == "__main__":
    import django

    django.setup()
    BUILDS[sys.argv[1]]()
    _run(sys.argv[2:])
