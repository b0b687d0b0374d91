"""Beat's scheduler: django-celery-beat's, with a sign of life at every turn."""

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from agentcluster.health import sign_of_life

PROCESS = "beat"


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # django-celery-beat has no types
    """Reads the schedule from the database; ``manage.py health --process beat`` looks at its signs."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due, and say that beat lives."""
        sign_of_life.give(PROCESS)
        return super().tick(*args, **kwargs)

    def close(self) -> None:
        """End in order."""
        sign_of_life.withdraw(PROCESS)
        super().close()
