"""Bounds what one account may have open, and ends what it may no longer see."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError

from designer.traces.access import may_watch_async
from designer.traces.identity import identify_async

LOOK_S: Final = 7.0
"""So often every open trace asks whether its token or session still holds: one that does not ends within 10 s."""

_open: Final[Counter[Any]] = Counter()


@contextmanager
def seat(user: Any) -> Iterator[bool]:
    """Count one more open trace of ``user`` in this process; False when the account has as many as it may."""
    if _open[user.pk] >= settings.TRACE_SOCKETS_PER_USER:
        yield False
        return
    _open[user.pk] += 1
    try:
        yield True
    finally:
        _open[user.pk] -= 1
        if not _open[user.pk]:
            del _open[user.pk]


def crowded() -> str:
    """Return what somebody is told who has no seat left."""
    most = settings.TRACE_SOCKETS_PER_USER
    return f"Your account has {most} live traces open, and no more are allowed. Close some of them."


async def until_barred(scope: Any, user: Any, run_id: str) -> None:
    """Return once whoever opened this connection may not see the run any more: logged out, token deleted, role taken."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            now = await identify_async(scope)
            if now.pk != user.pk or not await may_watch_async(now, run_id):
                return
        except DatabaseError:
            # Nobody is cut off because the database is away.
            continue
