"""Waiting until the whole installation answers ``/health/ready``."""

import asyncio
import contextlib
from collections.abc import Callable

import httpx

LOOK_EVERY_S = 0.1
REMIND_EVERY_S = 10.0


async def until_ready(address: str, remind: Callable[[str], None]) -> None:
    """Return when ``/health/ready`` is 200; every 10 s ``remind`` is told what is still missing."""
    waited = 0.0
    async with httpx.AsyncClient(base_url=address, timeout=5, trust_env=False) as client:
        while (missing := await _missing(client)) is not None:
            await asyncio.sleep(LOOK_EVERY_S)
            waited += LOOK_EVERY_S
            if waited >= REMIND_EVERY_S:
                waited = 0.0
                remind(missing)


async def _missing(client: httpx.AsyncClient) -> str | None:
    with contextlib.suppress(httpx.HTTPError, ValueError):
        answer = await client.get("/health/ready")
        if answer.status_code == httpx.codes.OK:
            return None
        checks = answer.json().get("checks", {})
        return ", ".join(f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"])
    return "web: no answer yet"
