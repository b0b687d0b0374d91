"""The health of a worker that has no loop of ours: Celery's own has to come round, as long as it is connected."""

from typing import Any, Final

from celery import bootsteps

from agentcluster.health.checks import NotReadyError
from agentcluster.health.pulse import BEAT_S, Pulse
from agentcluster.health.server import HealthServer

PROCESS: Final = "jobs"
TURN_S: Final = 60.0
"""A turn of a loop of Celery's may wait for the database and the broker, each until its time-outs."""
OF_ENGINE: Final = "runs"
"""Workers of this queue have the engine's loop, which answers for them."""
_pulse: Final = Pulse(TURN_S)


class HealthStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Serves the worker's health, from its pool's start to its end; what forks must have forked before."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        """Take the Celery worker."""
        super().__init__(parent, **kwargs)
        self._server: HealthServer | None = None

    def include_if(self, parent: Any) -> bool:
        """Return whether nothing else answers for this worker."""
        return OF_ENGINE not in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:
        """Serve; without a connection to the broker the loop is not expected to turn."""
        _pulse.rest()
        self._server = HealthServer(PROCESS, _pulse)
        self._server.checks["broker"] = _connected
        self._server.start()

    def stop(self, parent: Any) -> None:
        """Answer no more."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    terminate = stop


class PulseStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Beats with the consumer's loop while there is a connection."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        """Take the consumer."""
        super().__init__(parent, **kwargs)
        self._beating: Any = None

    def start(self, parent: Any) -> None:
        """Beat from now on."""
        _pulse.beat()
        self._beating = parent.timer.call_repeatedly(BEAT_S, _pulse.beat)

    def stop(self, parent: Any) -> None:
        """Rest until there is a connection again."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        _pulse.rest()

    shutdown = stop


def _connected() -> str:
    if _pulse.resting:
        raise NotReadyError("not connected")
    return "connected"
