"""Why a run does not go on: by its log, by who drives it, and by what lives in the cluster."""

from collections.abc import Iterator
from typing import Final

from agents.api import live
from agents.domain.health import Health
from designer.api.drivers import Life, life_of
from designer.api.freshness import up_to_date
from designer.domain import events as ev
from designer.domain.reasons import MOST, Reason
from designer.domain.run import Run as RunState
from designer.engine.journal import decode_record
from designer.engine.versions import VersionUnusableError, load_plan
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import iterate, read_meta

OVERDUE_MS: Final = 10_000
"""A parked run is roused within moments of its time; later than this is worth a word."""


def status_and_reasons(run: Run, now: int) -> tuple[str, list[Reason]]:
    """Return the status in one word and what keeps the run, the most telling first; for a finished run how it ended.

    Raises ``StreamsUnavailableError`` while Redis is away: then nobody knows.
    """
    run = up_to_date(run)
    if run.status not in OPEN_STATUSES:
        return run.status, [_ended(run)]
    state, last = _folded(run)
    if isinstance(state, Reason):
        return run.status, [state]
    driven = list(_of_driver(run, state, now))
    if state is None:
        return run.status, driven
    found = [*driven, *state.reasons(now)]
    if len(found) < MOST:
        found += _of_flights(state)
    if not found and isinstance(last, ev.RunTakenOver):
        found.append(Reason("taken_over", f"Taken over by {last.worker} from {last.previous or 'nobody'} just now."))
    if not found:
        found.append(Reason("advancing", "Nothing keeps it: it goes on right now."))
    return state.status, found[:MOST]


def _ended(run: Run) -> Reason:
    ended = int(run.ended_at.timestamp() * 1000) if run.ended_at else 0
    error = run.error or {}
    step = str(error.get("step", ""))
    words = {
        "completed": "Completed.",
        "failed": f"Failed{f' at `{step}`' if step else ''}: {error.get('message', 'no reason was given')}",
        "cancelled": "Cancelled.",
        "terminated": "Terminated: it was ended at once, nothing was undone.",
        "continued": "It goes on as another run.",
    }
    return Reason(run.status, words[run.status], step, ended)


def _folded(run: Run) -> tuple[RunState | Reason | None, ev.Event | None]:
    """Return the state by the log, None for an empty one, or why it cannot be known; and the last event."""
    try:
        plan = load_plan(run.version_id)
    except VersionUnusableError as error:
        return Reason("version_unusable", error.message), None
    state: RunState | None = None
    last: ev.Event | None = None
    for entry in iterate(run.pk):
        record = decode_record(entry)
        state = state or RunState(plan)
        state.apply(record.event, record.at)
        last = record.event
    return state, last


def _of_driver(run: Run, state: RunState | None, now: int) -> Iterator[Reason]:
    meta = read_meta(run.pk)
    owner = meta.owner if meta else ""
    accepted = int(run.created_at.timestamp() * 1000)
    if owner:
        yield from _of_owner(owner)
        return
    if meta is not None and meta.left == "parked":
        if meta.due and now - meta.due > OVERDUE_MS:
            yield Reason("overdue", "Its time has come; an engine worker has yet to take it up.", "", meta.due)
        elif not life_of("").workers:
            yield Reason("no_worker", "No engine worker is alive to take it up when its time comes.")
        return
    alive = life_of("").workers
    begin = "begin it" if state is None else "take it up"
    if alive:
        workers = "1 is" if alive == 1 else f"{alive} are"
        yield Reason("no_owner", f"Waiting for an engine worker to {begin}; {workers} alive.", "", accepted)
    else:
        yield Reason("no_worker", f"No engine worker is alive to {begin}.", "", accepted)


def _of_owner(owner: str) -> Iterator[Reason]:
    life = life_of(owner).owner
    if life is Life.GONE:
        yield Reason("owner_lost", f"The engine worker {owner} that drove it is gone; another one takes it over.")
    elif life is Life.SILENT:
        message = (
            f"The engine worker {owner} that drives it gives no sign of life; after 10 s another one takes it over."
        )
        yield Reason("owner_silent", message)


def _of_flights(state: RunState) -> list[Reason]:
    """Return what the run is busy with, where that is all: calls that agents work on."""
    nodes = live.look()
    lost = {node.node_id: node.status for node in nodes.nodes if node.status is not Health.ACTIVE}
    known = {node.node_id for node in nodes.nodes}
    names = {node.node_id: node.name for node in nodes.nodes}
    found = []
    for step, call in [*state.flights.items()][:MOST]:
        where = names.get(call.host, call.host)
        since = state.steps[step].since
        if nodes.known and call.host and (call.host in lost or call.host not in known):
            message = f"The node {where} that works on `{step}` is out of sight; soon it is given to another one."
            found.append(Reason("node_lost", message, step, since))
        else:
            attempt = f", attempt {call.attempt}" if call.attempt > 1 else ""
            found.append(Reason("working", f"{call.agent} works on `{step}` on {where}{attempt}.", step, since))
    return found
