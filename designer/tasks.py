"""Background work of the designer on the queue ``jobs``. Messages are hints: what was not done is found again."""

from contextlib import suppress
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_ready
from django.db import connection
from kombu.exceptions import OperationalError

from agentcluster.errors import UnavailableError
from agents.policies.errors import RateLimitedError
from designer.actions.carry_out_bulk import LEASE, carry_out, give_up, goes_on, unfinished
from designer.models import BulkOperation

AGAIN_S: Final = 5.0


@shared_task(name="designer.carry_out_bulk", bind=True, max_retries=None, default_retry_delay=AGAIN_S)  # type: ignore[untyped-decorator]
def carry_out_bulk(self: Any, operation_id: str) -> None:
    """Carry out what is left of a bulk operation; while Redis is away, or somebody else is at it, try again.

    New runs that would come faster than the rate limits allow are left for a little later, and other work goes before.
    That other one may be dead: a killed child's message comes again at once, before its lease is over.
    """
    try:
        if carry_out(operation_id):
            return
    except UnavailableError as error:
        give_up(operation_id)
        raise self.retry(exc=error) from error
    except RateLimitedError as error:
        give_up(operation_id)
        raise self.retry(exc=error, countdown=min(AGAIN_S, error.data["retry_after"])) from error
    if goes_on(operation_id):
        raise self.retry()


@shared_task(name="designer.sweep_bulk")  # type: ignore[untyped-decorator]
def sweep_bulk() -> None:
    """Go on with the operations whose worker was killed, or whose message was lost."""
    for operation_id in unfinished():
        carry_out_bulk.delay(operation_id)


def tell_jobs(operation_id: str, countdown: float = 0) -> None:
    """Hint at an operation that is committed. While the broker is away the sweep will find it."""
    with suppress(OperationalError):
        carry_out_bulk.apply_async([operation_id], countdown=countdown, retry=False)


@worker_ready.connect  # type: ignore[untyped-decorator]
def resume(sender: Any = None, **_: Any) -> None:
    """Go on, when a worker starts, with what a killed one may have left: as soon as its lease is over."""
    queues = getattr(sender.app.amqp.queues, "consume_from", {}) if sender is not None else {}
    if "jobs" not in queues:
        return
    try:
        for operation_id in BulkOperation.objects.filter(ended_at=None).values_list("pk", flat=True):
            tell_jobs(operation_id, countdown=LEASE.total_seconds() + 1)
    finally:
        # The children that this process forks must not share its connection.
        connection.close()
