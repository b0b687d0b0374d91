"""What must hold after every fault, whatever happened on the way: each invariant is a function that yields what breaks it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from agentcluster.streams import blocking, keys
from agentcluster.streams.blocking import Meta
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import Entry, entry_hash
from agentcluster.streams.tasks import read_consumers
from designer.domain import events as ev
from designer.engine.journal import decode_record
from designer.engine.projection import moment, replayed_row
from designer.models import Run
from tests.faults.effects import Ledger
from tests.faults.workload import Kind, Published

TASKS_GONE_S: Final = 40.0
MOSTLY: Final = 0.8
"""The share of runs that must succeed, so that nothing passes by failing."""
_EFFECTFUL: Final = ("effect", "flaky")


@dataclass
class Story:
    """One accepted run as it is told by its log, by Redis and by SQL."""

    run_id: str
    kind: Kind | None
    entries: list[Entry]
    row: Run | None
    meta: Meta | None
    records: list[ev.Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Decode the log."""
        self.records = [decode_record(entry) for entry in self.entries]

    def events(self, kind: type[ev.Event]) -> list[ev.Event]:
        """Return the events of a type."""
        return [record.event for record in self.records if isinstance(record.event, kind)]


@dataclass
class History:
    """All that is known after a fault: the accepted runs, what the agents did, what Redis still holds, what was sent."""

    stories: list[Story]
    ledger: Ledger
    published: Published
    left: dict[str, int] = field(default_factory=dict)
    """By Redis key: how many entries are left that nobody needs any more."""
    poison: int = 0
    dead_letters: int = 0
    seen: Mapping[str, list[ev.Record]] = field(default_factory=dict)
    """By run: what a viewer was shown over its connections."""


@dataclass(frozen=True)
class Violation:
    """An invariant (by the name of its function) that does not hold, and where."""

    invariant: str
    message: str


def gather(
    client: SyncClient,
    published: Published,
    accepted: Mapping[str, Kind | None],
    ledger: Ledger,
    *,
    poison: int = 0,
    dead_letters: int = 0,
    seen: Mapping[str, list[ev.Record]] | None = None,
) -> History:
    """Collect the history of the ``accepted`` runs (by id)."""
    run_ids = [*accepted]
    rows = {run.pk: run for run in Run.objects.using(published.alias).filter(pk__in=run_ids)}
    metas = dict(zip(run_ids, blocking.read_metas(client, run_ids), strict=True))
    stories = [
        Story(run_id, kind, [*blocking.iterate_log(client, run_id)], rows.get(run_id), metas[run_id])
        for run_id, kind in accepted.items()
    ]
    left = what_is_left(client, run_ids)
    return History(stories, ledger, published, left, poison, dead_letters, seen or {})


def what_is_left(client: SyncClient, ended: Sequence[str]) -> dict[str, int]:
    """Return, by Redis key, what should be gone with these runs."""
    left: dict[str, int] = {}
    for stream in keys.READY_BY_PRIORITY.values():
        left[stream] = int(client.xlen(stream))
        pending = client.xpending(stream, keys.GROUP) if client.exists(stream) else {"pending": 0}
        left[f"{stream} (pending)"] = int(pending["pending"])
    left |= _tasks_left(client)
    left |= {keys.inbox(run_id): int(client.xlen(keys.inbox(run_id))) for run_id in ended}
    timers = {run_id.decode() for run_id in client.zrange(keys.TIMERS, 0, -1)}
    left[keys.TIMERS] = len(timers & {*ended})
    for gate in client.smembers(keys.GATES):
        inside = {run_id.decode() for run_id in client.zrange(gate, 0, -1)}
        left[gate.decode()] = len(inside & {*ended})
    return {key: count for key, count in left.items() if count}


def _tasks_left(client: SyncClient) -> dict[str, int]:
    """Return the tasks that still count as somebody's load; those of dead workers are swept within seconds."""
    deadline = time.monotonic() + TASKS_GONE_S
    while True:
        left: dict[str, int] = {}
        for name in client.smembers(keys.TASK_AGENTS):
            stream = keys.tasks(name.decode())
            left[stream] = int(client.xlen(stream))
            left[f"{stream} (pending)"] = sum(each.pending for each in read_consumers(client, name.decode()))
        if not any(left.values()) or time.monotonic() > deadline:
            return left
        time.sleep(0.5)


def check(history: History) -> list[Violation]:
    """Return all that does not hold."""
    return [Violation(invariant.__name__, message) for invariant in INVARIANTS for message in invariant(history)]


def every_run_ended_once(history: History) -> Iterator[str]:
    """Every accepted run reaches exactly one terminal state, the last thing in its log."""
    for story in history.stories:
        ends = [record.seq for record in story.records if isinstance(record.event, ev.TERMINAL)]
        if not story.records:
            yield f"{story.run_id}: was accepted and has no log"
        elif not ends:
            yield f"{story.run_id}: has not ended: {msgspec.to_builtins(story.records[-1].event)}"
        elif ends != [story.records[-1].seq]:
            yield f"{story.run_id}: goes on after its end at {ends}, up to {story.records[-1].seq}"


def sequence_is_gapless(history: History) -> Iterator[str]:
    """Entries are numbered from 1 without gaps or repeats, as entries and as records."""
    for story in history.stories:
        wanted = [*range(1, len(story.entries) + 1)]
        for numbers in ([entry.seq for entry in story.entries], [record.seq for record in story.records]):
            if numbers != wanted:
                yield f"{story.run_id}: the sequence has gaps or repeats: {numbers}"


def epochs_never_fall(history: History) -> Iterator[str]:
    """A stale owner writes nothing."""
    for story in history.stories:
        epochs = [record.epoch for record in story.records]
        if epochs != sorted(epochs):
            yield f"{story.run_id}: a stale owner has written: epochs {epochs}"


def hash_chain_is_whole(history: History) -> Iterator[str]:
    """Each record holds the hash of the entry before, and Redis that of the last."""
    for story in history.stories:
        hashes = [ev.GENESIS, *(entry_hash(entry.data) for entry in story.entries)]
        if [record.prev for record in story.records] != hashes[:-1]:
            yield f"{story.run_id}: the hash chain is broken"
        if story.entries and (story.meta is None or story.meta.head != hashes[-1]):
            yield f"{story.run_id}: the head of the chain is not the hash of the last entry"


def one_result_per_step(history: History) -> Iterator[str]:
    """A step's result is recorded once, and after a final failure there is none."""
    for story in history.stories:
        done = Counter(event.step for event in story.events(ev.StepCompleted) if isinstance(event, ev.StepCompleted))
        yield from (f"{story.run_id}: {step} was recorded {count} times" for step, count in done.items() if count > 1)


def calls_run_at_most_once(history: History) -> Iterator[str]:
    """A call (an attempt of a step) reaches its agent once, however often its message comes."""
    runs = {story.run_id for story in history.stories}
    for call, count in history.ledger.executions.items():
        if count > 1 and call.partition("/")[0] in runs:
            yield f"the call {call} ran {count} times"


def effects_are_not_doubled(history: History) -> Iterator[str]:
    """Where the agent honours the idempotency key, its effect is had once, over all attempts."""
    runs = {story.run_id for story in history.stories}
    for what, count in history.ledger.once.items():
        if count > 1 and what.partition("/")[0] in runs:
            yield f"the effect {what} was had {count} times"


def effects_are_not_lost(history: History) -> Iterator[str]:
    """A step that is recorded as done has had its effect, at least once where the agent knows no keys."""
    for story in history.stories:
        agents = {event.step: event for event in story.events(ev.StepStarted) if isinstance(event, ev.StepStarted)}
        for event in story.events(ev.StepCompleted):
            started = agents.get(event.step) if isinstance(event, ev.StepCompleted) else None
            if started is None or started.agent not in (*_EFFECTFUL, "repeat"):
                continue
            had = history.ledger.every if started.agent == "repeat" else history.ledger.once
            if not had[started.input["what"]]:
                yield f"{started.input['what']} is recorded as done and had no effect"


def sql_equals_the_stream(history: History) -> Iterator[str]:
    """SQL shows what replaying the log gives."""
    for story in history.stories:
        if story.row is None:
            yield f"{story.run_id}: was accepted and has no row"
            continue
        row = story.row
        try:
            replayed = replayed_row(history.published.plan_of(row.version_id), story.records)
        except Exception as error:
            yield f"{story.run_id}: its log cannot be replayed: {error!r}"
            continue
        if replayed is None:
            yield f"{story.run_id}: SQL says {row.status}, and there is no log"
            continue
        for name in ("status", "cursor", "steps_done", "steps_total", "output", "error", "reason"):
            shown, true = getattr(row, name), getattr(replayed, name)
            if shown != true:
                yield f"{story.run_id}: SQL says {name} {shown!r}, the log {true!r}"
        if (row.started_at, row.ended_at) != (moment(replayed.started_ms), moment(replayed.ended_ms)):
            yield f"{story.run_id}: SQL says {row.started_at} to {row.ended_at}, the log something else"


def redis_agrees_about_the_end(history: History) -> Iterator[str]:
    """What fences the log knows its length and how it ended."""
    for story in history.stories:
        if not story.records:
            continue
        last = story.records[-1]
        wanted = (str(last.event.__struct_config__.tag), last.seq)
        if isinstance(last.event, ev.TERMINAL) and (
            story.meta is None or (story.meta.status, story.meta.seq) != wanted
        ):
            yield f"{story.run_id}: Redis says {story.meta}, the log ends with {wanted}"


def viewers_saw_the_stream(history: History) -> Iterator[str]:
    """Who connects again by cursor ends with exactly the stream."""
    logs = {story.run_id: story.records for story in history.stories}
    for run_id, seen in history.seen.items():
        if seen != logs.get(run_id):
            numbers = [record.seq for record in seen]
            yield f"{run_id}: a viewer saw {len(seen)} events ({numbers}), the log has {len(logs.get(run_id, []))}"


def nothing_is_left(history: History) -> Iterator[str]:
    """No hint, pending entry, command, timer or place behind a limit outlives its run."""
    yield from (f"{key} still holds {count}" for key, count in history.left.items())


def dead_letters_equal_the_poison(history: History) -> Iterator[str]:
    """What cannot be read is set aside and reported, each piece, and nothing else is."""
    if history.dead_letters != history.poison:
        yield f"{history.poison} pieces of poison were given, {history.dead_letters} set aside"


def runs_ended_as_they_should(history: History) -> Iterator[str]:
    """Where the workflow says how it ends, it ends like this: undone in full, or with the failures made on purpose."""
    for story in history.stories:
        if story.kind is None or not story.records:
            continue
        failures = {event.error.code for event in story.events(ev.StepFailed) if isinstance(event, ev.StepFailed)}
        if missing := story.kind.errors - failures:
            yield f"{story.run_id} ({story.kind.name}): no step failed with {sorted(missing)}"
        last = story.records[-1].event
        if story.kind.ends == "failed" and isinstance(last, ev.RunFailed) and last.compensation != "done":
            yield f"{story.run_id} ({story.kind.name}): was not undone: {last.compensation}"


def most_runs_succeed(history: History) -> Iterator[str]:
    """At least 80 % of the runs end as their workflow means them to."""
    good = sum(story.row is not None and story.row.status == _end_of(story) for story in history.stories)
    if good < MOSTLY * len(history.stories):
        ends = Counter(f"{story.row.status} {story.row.error}" for story in history.stories if story.row is not None)
        yield f"only {good} of {len(history.stories)} runs ended as they should: {dict(ends)}"


def _end_of(story: Story) -> str:
    return story.kind.ends if story.kind is not None else "completed"


def survivors(history: History) -> int:
    """Return how many of the runs ended as they should."""
    return sum(story.row is not None and story.row.status == _end_of(story) for story in history.stories)


INVARIANTS: Final[tuple[Callable[[History], Iterator[str]], ...]] = (
    every_run_ended_once,
    sequence_is_gapless,
    epochs_never_fall,
    hash_chain_is_whole,
    one_result_per_step,
    calls_run_at_most_once,
    effects_are_not_doubled,
    effects_are_not_lost,
    sql_equals_the_stream,
    redis_agrees_about_the_end,
    viewers_saw_the_stream,
    nothing_is_left,
    dead_letters_equal_the_poison,
    runs_ended_as_they_should,
    most_runs_succeed,
)
