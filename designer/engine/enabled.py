"""Which agents may be found by what they can do, as the registry says; kept current for ``Capacity``."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from django.db import Error as DatabaseError

from agents.registry.enabled import disabled_names

logger = logging.getLogger(__name__)

LOOK_S: Final = 5.0


async def watch_enabled(tell: Callable[[frozenset[str]], None]) -> None:
    """Tell which agents are switched off, every 5 s until cancelled; while the database is away the last word counts."""
    away = False
    while True:
        try:
            tell(await asyncio.to_thread(disabled_names))
            away = False
        except DatabaseError as error:
            if not away:
                logger.warning("which agents are switched off cannot be read: %s", error)
            away = True
        except Exception:
            logger.exception("which agents are switched off cannot be read")
        await asyncio.sleep(LOOK_S)
