"""What must hold of every run an engine has driven to its end."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from agentcluster.streams import blocking
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import Entry, entry_hash
from designer.domain import events as ev
from designer.domain.graph import Graph
from designer.domain.plan import Plan, compile_plan
from designer.engine.journal import decode_record
from designer.engine.projection import moment, replayed_row
from designer.models import Run


def check_runs(
    client: SyncClient, run_ids: Sequence[str], *, status: str = "completed", steps: int, alias: str = "default"
) -> list[list[ev.Record]]:
    """Check every run's log by itself and against SQL; return the records of each."""
    found = []
    for run in Run.objects.using(alias).filter(pk__in=run_ids).select_related("version"):
        entries = [*blocking.iterate_log(client, run.pk)]
        records = [decode_record(entry) for entry in entries]
        _check_chain(entries, records)
        _check_end(client, run, records)
        completed = Counter(record.event.step for record in records if isinstance(record.event, ev.StepCompleted))
        assert all(count == 1 for count in completed.values()), f"a step was recorded twice: {completed}"
        if status == "completed":
            assert len(completed) == steps, f"{run.pk}: {len(completed)} steps recorded, not {steps}"
        assert run.status == status, f"{run.pk} is {run.status}: {run.error}"
        _check_projection(run, compile_plan(msgspec.convert(run.version.graph, Graph)), records)
        found.append(records)
    assert len(found) == len(run_ids), "an accepted run is gone"
    return found


def _check_chain(entries: Sequence[Entry], records: Sequence[ev.Record]) -> None:
    assert [entry.seq for entry in entries] == [*range(1, len(entries) + 1)], "the sequence has gaps or repeats"
    assert [record.seq for record in records] == [entry.seq for entry in entries]
    epochs = [record.epoch for record in records]
    assert epochs == sorted(epochs), "a stale owner has written"
    hashes = ["", *(entry_hash(entry.data) for entry in entries)]
    assert [record.prev for record in records] == hashes[:-1], "the hash chain is broken"


def _check_end(client: SyncClient, run: Run, records: Sequence[ev.Record]) -> None:
    terminal = [record.seq for record in records if isinstance(record.event, ev.TERMINAL)]
    assert terminal == [len(records)], f"{run.pk}: the log does not end with its one terminal event"
    meta = blocking.read_metas(client, [run.pk])[0]
    assert meta is not None
    assert (meta.status, meta.seq) == (records[-1].event.__struct_config__.tag, len(records))


def _check_projection(run: Run, plan: Plan, records: Sequence[ev.Record]) -> None:
    row = replayed_row(plan, records)
    assert row is not None
    shown = (run.status, run.cursor, run.steps_done, run.steps_total, run.output, run.error)
    assert shown == (row.status, row.cursor, row.steps_done, row.steps_total, row.output, row.error)
    assert (run.started_at, run.ended_at) == (moment(row.started_ms), moment(row.ended_ms))
