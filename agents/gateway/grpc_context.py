"""What every gRPC method of the gateway does: ask who calls, take the one message of a call, tell what is wrong."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from typing import Any, Final, NoReturn, TypeVar

import grpc

from agentcluster.errors import AgentClusterError
from agents.gateway import access
from agents.gateway.access import Guest
from agents.gateway.addresses import caller
from agents.gateway.blocking import ask
from agents.gateway.errors import NotLoggedInError, ProtocolError, SilentError
from agents.gateway.lobby import Lobby

FIRST_S: Final = 10.0
"""So long the one message of a call, or the first of a stream, may take."""
CODE_KEY: Final = "agentcluster-code"
"""Trailing metadata: the code of the error, as the documents name it."""
RETRY_KEY: Final = "retry-after"
"""Trailing metadata: whole seconds after which it makes sense to ask again."""
_STATUS: Final = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}

Context = Any
"""``grpc.aio.ServicerContext``, which has no types of its own."""
M = TypeVar("M")


async def guest_of(context: Context, lobby: Lobby) -> Guest:
    """Return who calls; NotLoggedInError, TooManyGuessesError, FullError (of ``lobby``), DatabaseAwayError."""
    address = address_of(context)
    with lobby.waiting(address):
        given = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
        if len(given) != 1 or not isinstance(given[0], str):
            raise NotLoggedInError
        return await ask(access.identify, access.from_header(given[0]), address)


def address_of(context: Context) -> str:
    """Return the IP address of who calls."""
    peer = _host(context.peer())
    forwarded = [value for key, value in context.invocation_metadata() or () if key == "x-forwarded-for"]
    return caller(peer, [value for value in forwarded if isinstance(value, str)])


async def only(incoming: AsyncIterator[M]) -> M:
    """Return the first message; ProtocolError when none comes, SilentError when it takes too long."""
    try:
        return await asyncio.wait_for(anext(aiter(incoming)), FIRST_S)
    except StopAsyncIteration:
        raise ProtocolError("The request has no message.") from None
    except TimeoutError:
        raise SilentError(f"No message came within {FIRST_S:g} s.") from None


async def abort(context: Context, error: AgentClusterError) -> NoReturn:
    """End the call with ``error``."""
    trailing = [(CODE_KEY, error.code)]
    wait_s = error.data.get("retry_after")
    if isinstance(wait_s, int | float):
        trailing.append((RETRY_KEY, str(math.ceil(wait_s))))
    with contextlib.suppress(Exception):
        context.set_trailing_metadata(tuple(trailing))
    await context.abort(_STATUS.get(error.status, grpc.StatusCode.INTERNAL), f"{error.code}: {error.message}")
    raise AssertionError("abort raises")


def _host(peer: str) -> str:
    """Return the address in ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``."""
    return peer.partition(":")[2].rpartition(":")[0].replace("%5B", "").replace("%5D", "").strip("[]")
