"""Ended runs whose rows are gone, deleted while Redis was away: nobody would ever ask for their logs."""

from typing import Final

from agentcluster.streams import retention
from agentcluster.streams.connections import SyncClient
from designer.models import Run

PAGE: Final = 500


def remove_orphans(client: SyncClient) -> int:
    """Delete from Redis what it keeps of ended runs without a row; return how many. Goes through all keys."""
    removed = 0
    for run_ids in retention.known_runs(client, PAGE):
        # A run's row is there before anything of it is in Redis, so who has none has none any more.
        rows = {*Run.objects.filter(pk__in=run_ids).values_list("pk", flat=True)}
        orphans = [run_id for run_id in run_ids if run_id not in rows]
        removed += retention.forget_any_ended(client, orphans)
    return removed
