"""Why a reader cannot take what a writer sends, by field."""

from typing import Any, Final

import msgspec

from agents.domain.schema_check import pointer

MAX_REASONS: Final = 50


class Reason(msgspec.Struct, frozen=True):
    """``path`` is a JSON pointer into the message, ``rule`` a stable name, ``reader`` and ``writer`` what stands there.

    ``message`` is the end of a sentence that says of which messages it speaks.
    """

    path: str
    rule: str
    message: str
    reader: Any = None
    writer: Any = None


def at(path: tuple[str | int, ...], rule: str, message: str, reader: Any = None, writer: Any = None) -> Reason:
    """Return a reason at a path of names; ``[]`` stands for each entry of a list or map, ``|`` for a branch."""
    return Reason(pointer(path), rule, message, reader, writer)
