"""Dead letters that a user may see, in lists and one by one; and their removal."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from django.contrib.auth.models import User
from django.db.models import Q

from agentcluster.errors import ForbiddenError, NotFoundError
from agentcluster.security import permissions
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action, visible
from agentcluster.streams import dead_letters as kept
from agentcluster.streams.dead_letters import DeadLetter
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.models import Run, Workflow

LOOK_UP: Final = 100
BEGINNING: Final = "+"


class NoDeadLetterError(NotFoundError):
    """There is no such dead letter, or you may not see it."""

    code = "no_dead_letter"


class Letter(NamedTuple):
    """A dead letter with what is still there of where it comes from; without both only staff see it."""

    agent: str
    entry: DeadLetter
    run: Run | None
    workflow: Workflow | None

    @property
    def fields(self) -> dict[str, str]:
        """What was written down."""
        return self.entry.fields

    @property
    def input(self) -> Any:
        """The input the agent got."""
        try:
            return msgspec.json.decode(self.fields.get("input", "null"))
        except msgspec.DecodeError:
            return None

    @property
    def project(self) -> Project | None:
        """Whose it is."""
        return self.run.project if self.run else self.workflow.project if self.workflow else None

    @property
    def order(self) -> tuple[tuple[int, int], str]:
        """Newer ones have larger values."""
        return order_of(self.entry.entry_id), self.agent


SEARCHED: Final = ("message", "error_code", "step", "run_id", "original_id", "input", "version")
"""What a text is looked for in, besides the titles and names of workflows."""


class Wanted(NamedTuple):
    """Which dead letters: of an agent, with an error code, with a text in ``SEARCHED`` or its workflow; by id."""

    agent: str = ""
    code: str = ""
    search: str = ""
    ids: frozenset[str] = frozenset()

    def fits(self, entry: DeadLetter, called_so: Collection[str] = ()) -> bool:
        """Return whether it is one of them; ``called_so`` are the ids of workflows that are called like the text."""
        if (self.ids and entry.entry_id not in self.ids) or (self.code and entry.fields.get("error_code") != self.code):
            return False
        text = self.search.casefold()
        if not text or entry.fields.get("workflow_id") in called_so:
            return True
        return any(text in entry.fields.get(name, "").casefold() for name in SEARCHED)


def order_of(entry_id: str) -> tuple[int, int]:
    """Return what an entry's id sorts by; ``NoDeadLetterError`` for what is none."""
    ms, _, number = entry_id.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in (ms, number)):
        raise NoDeadLetterError
    return int(ms), int(number)


def find(user: User, wanted: Wanted, after: tuple[tuple[int, int], str] | None = None) -> Iterator[Letter]:
    """Yield the dead letters that ``user`` may see, newest first; those below ``after`` (``Letter.order``) alone, if given.

    Raises ``StreamsUnavailableError``.
    """
    client = shared_client()
    agents = [wanted.agent] if wanted.agent else kept.agents(client)
    called_so = _called(user, wanted.search)
    each = [_of_agent(agent, wanted, called_so, after) for agent in agents]
    merged = heapq.merge(
        *([[*found] for found in each] if len(each) == 1 else each),
        key=lambda pair: (order_of(pair[1].entry_id), pair[0]),
        reverse=True,
    )
    batch: list[tuple[str, DeadLetter]] = []
    for pair in merged:
        batch.append(pair)
        if len(batch) >= LOOK_UP:
            yield from _visible(user, batch)
            batch = []
    yield from _visible(user, batch)


def one(user: User, agent: str, entry_id: str) -> Letter:
    """Return a dead letter that the user may see; raises ``NoDeadLetterError``."""
    order_of(entry_id)
    entry = kept.one(shared_client(), agent, entry_id)
    letter = next(_visible(user, [(agent, entry)]), None) if entry else None
    if letter is None:
        raise NoDeadLetterError
    return letter


def summary(user: User) -> list[tuple[str, int, int]]:
    """Return for each agent with dead letters that the user may see how many, and when (ms) the newest came."""
    by_agent = kept.counts(shared_client())
    workflows = {workflow for counts in by_agent.values() for workflow in counts}
    if not user.is_superuser:
        workflows = {*visible(Workflow.objects.all(), user).filter(pk__in=workflows).values_list("pk", flat=True)}
    found = []
    for agent, counts in sorted(by_agent.items()):
        seen = [count for workflow, count in counts.items() if workflow in workflows]
        if seen:
            found.append((agent, sum(each.letters for each in seen), max(each.newest_ms for each in seen)))
    return found


def delete(user: User, letter: Letter) -> None:
    """Remove a dead letter for good: whoever may run the workflow may; of one without a project, staff.

    Raises ``ForbiddenError``, ``StreamsUnavailableError``.
    """
    require(user, letter)
    kept.delete(shared_client(), letter.agent, [letter.entry.entry_id])
    what = {"agent": letter.agent, "code": letter.fields.get("error_code", ""), "step": letter.fields.get("step", "")}
    audit.record(user, "dead_letter.delete", letter.project, letter.fields.get("run_id", ""), letter.agent, **what)


def require(user: User, letter: Letter) -> None:
    """Raise ``ForbiddenError`` unless the user may run what the dead letter comes from."""
    if letter.project is not None:
        permissions.require(user, Action.RUN, letter.project)
    elif not user.is_staff:
        raise ForbiddenError("The workflow of this dead letter is gone; only staff may remove it.")


def _called(user: User, text: str) -> frozenset[str]:
    """Return the ids of the workflows with a text in their title or name; none without a text."""
    # A NUL stands in no title, and PostgreSQL refuses to look for one.
    if not text or "\0" in text:
        return frozenset()
    found = visible(Workflow.objects.all(), user).filter(Q(title__icontains=text) | Q(name__icontains=text))
    return frozenset(found.values_list("pk", flat=True))


def _of_agent(
    agent: str, wanted: Wanted, called_so: frozenset[str], after: tuple[tuple[int, int], str] | None
) -> Iterator[tuple[str, DeadLetter]]:
    begin = BEGINNING if after is None else f"{after[0][0]}-{after[0][1]}"
    for entry in kept.iterate(shared_client(), agent, begin):
        if (after is None or (order_of(entry.entry_id), agent) < after) and wanted.fits(entry, called_so):
            yield agent, entry


def _visible(user: User, pairs: Sequence[tuple[str, DeadLetter]]) -> Iterator[Letter]:
    runs = {
        run.pk: run
        for run in visible(Run.objects.select_related("project", "workflow", "version"), user).filter(
            pk__in={entry.fields.get("run_id", "") for _, entry in pairs}
        )
    }
    workflows = {
        workflow.pk: workflow
        for workflow in visible(Workflow.objects.select_related("project"), user).filter(
            pk__in={entry.fields.get("workflow_id", "") for _, entry in pairs}
        )
    }
    for agent, entry in pairs:
        run, workflow = runs.get(entry.fields.get("run_id", "")), workflows.get(entry.fields.get("workflow_id", ""))
        if run is not None or workflow is not None or user.is_superuser:
            yield Letter(agent, entry, run, workflow or (run.workflow if run else None))
