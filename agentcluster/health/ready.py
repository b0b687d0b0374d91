"""Everything a run needs, checked together, answered from a second-old memory when asked often."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError

KEPT_S = 1.0
LIMIT_S = 3.0

Check = Callable[[], Awaitable[str]]


class Readiness:
    """Runs all checks side by side; concurrent askers share one answer."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._answer: tuple[bool, dict[str, Any]] = (False, {})
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def look(self) -> tuple[bool, dict[str, Any]]:
        """Return whether all is well, and ``{"status": "ok"|"unavailable", "checks": {name: {"ok", "detail"}}}``."""
        async with self._lock:
            if monotonic() >= self._until:
                results = await asyncio.gather(*(self._one(check) for check in self._checks.values()))
                ready = all(result["ok"] for result in results)
                body = {
                    "status": "ok" if ready else "unavailable",
                    "checks": dict(zip(self._checks, results, strict=True)),
                }
                self._answer, self._until = (ready, body), monotonic() + KEPT_S
            return self._answer

    @staticmethod
    async def _one(check: Check) -> dict[str, Any]:
        try:
            return {"ok": True, "detail": await asyncio.wait_for(check(), LIMIT_S)}
        except TimeoutError:
            return {"ok": False, "detail": f"no answer within {LIMIT_S:g} s"}
        except AgentClusterError as error:
            return {"ok": False, "detail": error.message if error.code == "not_ready" else error.code}
