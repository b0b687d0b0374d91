"""What a run has recorded, for runs that are made from it."""

from designer.actions.run_errors import LogGoneError, NotBegunError
from designer.domain.events import Record
from designer.engine.journal import decode_record
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import iterate


def records_of(run: Run) -> list[Record]:
    """Return the whole log of the run, also of an archived one.

    Raises:
        NotBegunError: nothing has happened yet.
        LogGoneError: the run has ended and its log was pruned.
        StreamsUnavailableError: Redis is away.
    """
    records = [decode_record(entry) for entry in iterate(run.pk)]
    if records:
        return records
    raise NotBegunError if run.status in OPEN_STATUSES else LogGoneError
