"""Slows down guessing of API tokens: after too many wrong ones, an address waits."""

from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

from agentcluster.security.client_address import counted_client

LIMIT: Final = 20
WINDOW_S: Final = 300


def _key(request: HttpRequest) -> str:
    return f"token-guesses:{counted_client(request)}"


def note(request: HttpRequest) -> None:
    """Count a wrong token of the request's address."""
    key = _key(request)
    if not cache.add(key, 1, WINDOW_S):
        try:
            cache.incr(key)
        except ValueError:  # it expired between the two calls
            cache.add(key, 1, WINDOW_S)


def locked_for(request: HttpRequest) -> int:
    """Return the seconds the request's address has to wait at most; 0 when it may try."""
    return WINDOW_S if cache.get(_key(request), 0) >= LIMIT else 0
