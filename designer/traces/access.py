"""Who may watch a run: the project's members; for everybody else it does not exist."""

from typing import Any

from channels.db import database_sync_to_async

from agentcluster.ids import is_id
from agentcluster.security.permissions import visible
from designer.models import Run


def may_watch(user: Any, run_id: str) -> bool:
    """Say whether the run exists and is in one of the user's projects."""
    return is_id(run_id) and visible(Run.objects.filter(pk=run_id), user).exists()


may_watch_async = database_sync_to_async(may_watch)
