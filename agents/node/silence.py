"""Calls whose agent must give a sign of life now and then: whoever stays silent for too long is stopped."""

import asyncio
from collections.abc import Callable

from agentcluster.clock import monotonic
from agents.domain.calls import CallError
from agents.node.call import Call
from agents.node.failures import SILENT

Stop = Callable[[Call, CallError], None]


class SilenceWatch:
    """Looks at a call when its agent should have been heard of; costs nothing for calls without such a time-out."""

    def __init__(self, stop: Stop) -> None:
        """``stop`` ends a call with an error."""
        self._stop = stop
        self._loop = asyncio.get_running_loop()

    def begin(self, call: Call) -> None:
        """Watch a call that starts now, if it has a heartbeat time-out."""
        if call.request.heartbeat_ms > 0:
            self._look_in(call.request.heartbeat_ms / 1000, call)

    def _look_in(self, pause_s: float, call: Call) -> None:
        call.silence = self._loop.call_later(pause_s, self._look, call)

    def _look(self, call: Call) -> None:
        if call.done or call.stopping is not None:
            return
        limit_s = call.request.heartbeat_ms / 1000
        # While it waits for a worker process the agent has not begun, and cannot be silent.
        left_s = call.beat_s + limit_s - monotonic() if call.beat_s else limit_s
        if left_s > 0:
            self._look_in(left_s, call)
            return
        message = f"The agent gave no sign of life for {limit_s:g} s."
        self._stop(call, CallError(SILENT.code, message, SILENT.retryable, data={"progress": call.progress}))
