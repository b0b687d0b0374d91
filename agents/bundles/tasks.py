"""Celery's part: keeping the bundles in NATS in step with what is decided, and removing what nobody needs."""

import logging

from celery import shared_task

from agentcluster.errors import UnavailableError
from agents.bundles.placing import reconcile
from agents.bundles.sweeping import sweep

logger = logging.getLogger(__name__)


@shared_task(name="bundles.reconcile")  # type: ignore[untyped-decorator]
def reconcile_bundles() -> None:
    """Put approved bundles into NATS that it lacks, take out others; while NATS is away, the next sweep does it."""
    try:
        put, taken = reconcile()
    except UnavailableError as error:
        logger.warning("bundles wait for NATS: %s", error.message)
        return
    if put or taken:
        logger.info("%d bundles were put into NATS, %d taken out", put, taken)


@shared_task(name="bundles.sweep")  # type: ignore[untyped-decorator]
def sweep_bundles() -> None:
    """Remove the zips of bundles that were rejected and never approved, and old notes of refused uploads."""
    swept = sweep()
    if any(swept):
        logger.info(
            "%d zips of rejected bundles were removed, %d that no bundle names, %d notes of refused uploads", *swept
        )
