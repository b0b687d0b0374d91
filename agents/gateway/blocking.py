"""Asking the database from the gateway's loop."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections

from agentcluster.errors import UnavailableError

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseAwayError(UnavailableError):
    """The database cannot be reached right now."""

    code = "database_away"


async def ask(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what ``work`` returns, from a thread; DatabaseAwayError when the database does not answer."""

    def run() -> R:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    try:
        return await asyncio.to_thread(run)
    except DatabaseError as error:
        logger.warning("the database cannot be asked: %s", error)
        raise DatabaseAwayError from error
