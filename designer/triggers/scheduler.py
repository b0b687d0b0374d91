"""Beat's scheduler: django-celery-beat's, which answers whether it lives."""

from typing import Any, Final

from django_celery_beat.schedulers import DatabaseScheduler

from agentcluster.health.celery_steps import TURN_S
from agentcluster.health.pulse import Pulse
from agentcluster.health.server import HealthServer

PROCESS: Final = "beat"


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # django-celery-beat has no types
    """Reads the schedule from the database; its health is that of its turns."""

    _health: HealthServer | None = None

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due, and beat."""
        if self._health is None:
            self._health = HealthServer(PROCESS, Pulse(TURN_S))
            self._health.start()
        self._health.pulse.beat()
        pause_s = super().tick(*args, **kwargs)
        words = f"it knows {len(self._heap or ())} schedules"
        self._health.checks[PROCESS] = lambda: words
        return pause_s

    def close(self) -> None:
        """End in order."""
        if self._health is not None:
            self._health.stop()
        super().close()
