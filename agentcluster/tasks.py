"""Ending asyncio tasks for certain."""

import asyncio
from typing import Any, Final

INSIST_S: Final = 1.0


async def end(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel tasks and wait until they are done, whatever they end with.

    Before Python 3.12 ``asyncio.wait_for`` may swallow a cancellation that comes together with what it waits for, and
    nats-py swallows one that comes while it flushes, so one ``cancel`` is not always enough.
    """
    left = {task for task in tasks if task is not None and not task.done()}
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=INSIST_S)
        for task in done:
            if not task.cancelled():
                task.exception()
