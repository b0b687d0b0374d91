"""Structs are made known to msgspec before a process has threads.

msgspec works out the fields of a struct when it is first used, and lets other threads see them half done: two threads
that use a struct for the first time at the same moment crash the process (seen with 0.22).
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec


def prepare(*packages: str) -> int:
    """Work out the fields of all structs defined so far in ``packages`` (names); return how many there are.

    Called by each process that has threads, once what it serves is imported.
    """
    found = {struct for struct in _below(msgspec.Struct) if struct.__module__.partition(".")[0] in packages}
    for struct in found:
        with suppress(TypeError):  # has fields that cannot be read from JSON: it is never read
            msgspec.json.Decoder(struct)
    return len(found)


def prepare_ours() -> int:
    """``prepare`` the packages of this project."""
    return prepare("agentcluster", "agents", "designer")


def _below(base: type[Any]) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)
