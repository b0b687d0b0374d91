"""A run as its log has it: rows follow the log by moments, and whoever saw the end of a run wants its result now."""

from agentcluster.streams.errors import StreamsUnavailableError
from designer.engine.journal import decode_record
from designer.engine.projection import RunRow, moment, replayed_row
from designer.engine.versions import VersionUnusableError, load_plan
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import OPEN, iterate, read_meta


def up_to_date(run: Run) -> Run:
    """Return the run; one that has ended, but whose row does not know yet, with what its log says.

    While Redis is away the row stays as it is.
    """
    if run.status in OPEN_STATUSES:
        try:
            meta = read_meta(run.pk)
            if meta is not None and meta.status != OPEN:
                _show(run, _replayed(run))
        except StreamsUnavailableError:
            pass
    return run


def _replayed(run: Run) -> RunRow | None:
    try:
        plan = load_plan(run.version_id)
    except VersionUnusableError:
        plan = None
    return replayed_row(plan, (decode_record(entry) for entry in iterate(run.pk)))


def _show(run: Run, row: RunRow | None) -> None:
    if row is None:
        return
    run.status, run.output, run.error, run.cursor = row.status, row.output, row.error, row.cursor
    run.steps_done, run.steps_total, run.reason = row.steps_done, row.steps_total, row.reason
    run.started_at, run.ended_at = moment(row.started_ms), moment(row.ended_ms)
