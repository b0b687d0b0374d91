"""The sweeper's place in a Celery worker: it starts and stops with workers that consume the queue ``jobs``.

It needs neither beat nor a message: as long as one such worker lives, ended runs leave Redis.
"""

import logging
import os
import socket
import threading
from typing import Any, Final

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, connection

from agentcluster import structs
from agentcluster.errors import UnavailableError
from agentcluster.streams.connections import sync_client
from designer.archive.sweeper import Sweeper, at_work

logger = logging.getLogger(__name__)

QUEUE: Final = "jobs"
ROUND_S: Final = 2.0
STOP_S: Final = 8.0

# The worker forks new children now and then. No lock of SQLite or of a client may be held at that moment.
os.register_at_fork(before=at_work.acquire, after_in_parent=at_work.release, after_in_child=at_work.release)


class SweeperThread(threading.Thread):
    """Goes round every ``ROUND_S`` seconds, without a pause while more waits."""

    def __init__(self) -> None:
        """See ``start``."""
        super().__init__(name="sweeper", daemon=True)
        self._stopped = threading.Event()
        self._client = sync_client(settings.REDIS_URL, size=2)
        holder = f"{socket.gethostname()}:{os.getpid()}"
        self._sweeper = Sweeper(self._client, holder, self._stopped.is_set)

    def run(self) -> None:
        """Sweep until ``stop``."""
        more = False
        while not self._stopped.wait(0 if more else ROUND_S):
            try:
                more = self._sweeper.round()
            except (DatabaseError, UnavailableError) as error:
                more = False
                logger.warning("sweeping was interrupted, it goes on soon: %s", error)
            except Exception:
                more = False
                logger.exception("sweeping failed, it goes on soon")
        self._leave()

    def stop(self) -> None:
        """Finish the batch in work and wait for that, at most ``STOP_S`` seconds."""
        self._stopped.set()
        self.join(STOP_S)

    def _leave(self) -> None:
        try:
            self._sweeper.leave()
        except UnavailableError:
            logger.debug("the lease runs out by itself")
        finally:
            connection.close()
            self._client.close()


class SweepStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """A step of the worker's blueprint, after the pool has forked."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        """Take the Celery worker."""
        super().__init__(parent, **kwargs)
        self.thread: SweeperThread | None = None

    def include_if(self, parent: Any) -> bool:
        """Return whether this worker consumes the queue ``jobs``."""
        return QUEUE in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:
        """Start to sweep with the worker."""
        structs.prepare_ours()
        self.thread = SweeperThread()
        self.thread.start()

    def stop(self, parent: Any) -> None:
        """Stop within the worker's warm shutdown."""
        if self.thread is not None:
            self.thread.stop()

    terminate = stop
