"""Whoever runs an agent can know which files were stored meanwhile: an agent may tell of these, and of no others."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

_noted: Final[ContextVar[set[str] | None]] = ContextVar("noted", default=None)


@contextlib.contextmanager
def noting() -> Iterator[set[str]]:
    """Collect the digests of what is stored in this context, threads of ``asyncio.to_thread`` included."""
    found: set[str] = set()
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def note(digest: str) -> None:
    """Tell that a file was stored, or may be told of although it was stored before."""
    found = _noted.get()
    if found is not None:
        found.add(digest)
