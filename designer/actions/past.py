"""What a run has recorded, for runs that are made from it."""

from designer.actions.run_errors import LogGoneError, NotBegunError
from designer.domain.events import Record
from designer.engine.journal import decode_record
from designer.engine.redis import shared_client
from designer.models import OPEN_STATUSES, Run


def records_of(run: Run) -> list[Record]:
    """Return the whole log of the run.

    Raises:
        NotBegunError: nothing has happened yet.
        LogGoneError: the run has ended and its log was pruned.
        StreamsUnavailableError: Redis is away.
    """
    from agentcluster.streams.blocking import iterate_log

    records = [decode_record(entry) for entry in iterate_log(shared_client(), run.pk)]
    if records:
        return records
    raise NotBegunError if run.status in OPEN_STATUSES else LogGoneError
