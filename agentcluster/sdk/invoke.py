"""One call of an agent's function: JSON in, a value out, any failure as a typed one."""

import asyncio
import errno
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final

import msgspec

from agentcluster.sdk.context import Context
from agentcluster.sdk.declare import declaration_of
from agentcluster.sdk.errors import AgentError

_PATH: Final = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNEXPECTED: Final = "The agent failed unexpectedly; the log of its instance tells more."


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a call failed; the same fields as the platform's ``CallError``."""

    code: str
    message: str
    retryable: bool = False
    field: str = ""
    data: dict[str, Any] = {}


class InputError(Exception):
    """The input does not fit the function's parameters."""


async def invoke(function: Callable[..., Any], data: bytes, context: Context) -> Any:
    """Call the function with the JSON in ``data``; a plain function runs in a thread."""
    declared = declaration_of(function)
    try:
        given = msgspec.json.decode(data, type=declared.input)
    except msgspec.DecodeError as error:
        raise InputError(str(error)) from error
    arguments = {name: getattr(given, name) for name in given.__struct_fields__}
    if declared.context:
        arguments[declared.context] = context
    if declared.is_async:
        return await declared.function(**arguments)
    return await asyncio.to_thread(declared.function, **arguments)


def failure_of(error: BaseException) -> Failure:
    """Return the failure; one that nobody foresaw is printed with its traceback, and shows nothing of the inside."""
    if isinstance(error, AgentError):
        return Failure(error.code, error.message, error.retryable, error.field, error.data)
    if isinstance(error, InputError):
        found = _PATH.search(str(error))
        where = _pointer(found["path"]) if found else ""
        return Failure("invalid_input", f"The input does not fit: {error}.", field=where)
    if isinstance(error, MemoryError):
        return Failure("memory_limit", "The agent needed more memory than its limit allows.")
    if isinstance(error, OSError) and error.errno in _FULL:
        return Failure("disk_limit", "The agent wrote more files than its scratch folder holds.")
    traceback.print_exception(error, file=sys.stderr)
    return Failure("agent_error", _UNEXPECTED)


def _pointer(path: str) -> str:
    """Return a JSON pointer for a path such as ``.rows[0].name``."""
    return "".join(f"/{part}" for part in re.split(r"[.\[\]]+", path) if part)
