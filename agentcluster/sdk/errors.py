"""How an agent says that it cannot do what it was asked for."""

import re
from typing import Any, Final

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class AgentError(Exception):
    """Raise it in an agent: the caller gets exactly this code, message and field.

    ``code``: stable, snake_case. ``message``: a sentence for people. ``retryable``: whether the same call may work
    later. ``field``: JSON pointer of the input that is to blame (``/url``). ``data``: JSON-safe details.
    """

    def __init__(
        self, code: str, message: str, *, retryable: bool = False, field: str = "", data: dict[str, Any] | None = None
    ) -> None:
        """Take the parts; ValueError when the code is none."""
        if not _CODE.fullmatch(code):
            raise ValueError(f"“{code}” is no error code: lower-case letters, digits and underscores, at most 64.")
        super().__init__(message)
        self.code, self.message, self.retryable, self.field, self.data = code, message, retryable, field, data or {}

    def __str__(self) -> str:
        """Return code and message."""
        return f"{self.code}: {self.message}"


class DeclarationError(TypeError):
    """A function that cannot be an agent; the message says what to change."""
