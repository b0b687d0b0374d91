"""A run as its log has it: rows follow the log by moments, and whoever saw the end of a run wants its result now."""

import msgspec

from agentcluster.streams.blocking import read_log
from agentcluster.streams.errors import StreamsUnavailableError
from designer.domain.events import Record
from designer.engine.projection import ended_row, moment
from designer.engine.redis import shared_client
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import OPEN, read_meta


def up_to_date(run: Run) -> Run:
    """Return the run with status, output, error and end as the log tells them, where the row has not got there yet.

    While Redis is away the row stays as it is.
    """
    if run.status not in OPEN_STATUSES:
        return run
    try:
        meta = read_meta(run.pk)
        ended = meta is not None and meta.status != OPEN
        last = read_log(shared_client(), run.pk, meta.seq - 1, 1) if meta is not None and ended else []
    except StreamsUnavailableError:
        return run
    for entry in last:
        record = msgspec.json.decode(entry.data, type=Record)
        row = ended_row(record.event, run.pk, record.seq, (run.steps_done, run.steps_total), (0, record.at))
        run.status, run.output, run.error, run.cursor = row.status, row.output, row.error, row.cursor
        run.ended_at = moment(row.ended_ms)
    return run
