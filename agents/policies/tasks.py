"""Celery's part: each child of a jobs worker follows the policies for itself."""

from typing import Any

from billiard import current_process  # type: ignore[import-untyped]
from celery.signals import worker_process_init, worker_process_shutdown

from agents.policies import following


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def follow(**_: Any) -> None:
    """Begin in a new child; the engine's worker, which has no children, begins by itself."""
    if current_process().name != "MainProcess":
        following.start("jobs")


@worker_process_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]
def leave(**_: Any) -> None:
    """End with the child."""
    following.stop()
