"""Runs of ten steps that have just ended, as the engine leaves them in Redis and SQL."""

import msgspec
from django.utils import timezone

from agentcluster.clock import now_ms
from agentcluster.ids import new_trace_id
from agentcluster.streams import keys
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.shared import shared_client
from bench.workload import INPUT, STEPS, create_version
from designer.domain import events as ev
from designer.models import Run, RunStatus


class Ending:
    """Makes them, all of one workflow."""

    def __init__(self) -> None:
        self._version = create_version()
        self._client = shared_client()

    def make(self, count: int) -> int:
        """Make ``count`` and return that."""
        now = timezone.now()
        runs = [
            Run(
                project_id=self._version.workflow.project_id,
                workflow_id=self._version.workflow_id,
                version=self._version,
                input=INPUT,
                trace_id=new_trace_id(),
                status=RunStatus.COMPLETED,
                started_at=now,
                ended_at=now,
            )
            for _ in range(count)
        ]
        pipeline = self._client.pipeline(transaction=False)
        for run in runs:
            seq, head = 0, ev.GENESIS
            for seq, event in enumerate(self._events(run), 1):
                data = msgspec.json.encode(ev.Record(seq, now_ms(), 1, head, event))
                head = entry_hash(data)
                pipeline.xadd(keys.log(run.pk), {"e": data}, id=f"{seq}-0")
                if isinstance(event, ev.StepStarted):
                    pipeline.set(keys.call(event.call_id), data, ex=3600)
            meta = {"epoch": 1, "owner": "bench", "seq": seq, "head": head, "status": "run_completed"}
            pipeline.hset(keys.meta(run.pk), mapping=meta)
        pipeline.execute()
        Run.objects.bulk_create(runs)
        return count

    def _events(self, run: Run) -> list[ev.Event]:
        events: list[ev.Event] = [ev.RunStarted(run.pk, run.workflow_id, run.version_id, INPUT, trace_id=run.trace_id)]
        for number in range(1, STEPS + 1):
            step = f"step_{number}"
            value = {"order": "A-1001", "step": step}
            call = f"{run.pk}/{step}/1"
            events.append(
                ev.StepStarted(step, 1, call, "bench-noop", "1.0.0", "bench-noop-1", "local", value, now_ms())
            )
            events.append(ev.StepCompleted(step, value, queued_ms=1, worked_ms=2))
        return [*events, ev.RunCompleted({"ok": True})]
