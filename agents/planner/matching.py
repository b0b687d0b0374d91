"""Which operations the clauses of an instruction ask for, and what of it nobody understands."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from agents.planner.errors import NoPlanError
from agents.planner.operations import COUNT, LOAD, ON_TABLES, SUMMARISE, Operation, Toolbox
from agents.planner.reading import MARK, Clause, Reading
from agents.planner.tables import chart_kind
from agents.planner.vocabulary import CANNOT, begins_with_strange_verb, strange_words

OnTable = Literal["analyse", "chart", "load"]
LISTING: Final = ("classify", "fields", "query", "extract")
"""Operations whose clause may go on with names: "extract the title, the author and the year"."""
SHOWN: Final = 200
WORDS: Final = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is asked for: an operation, or what is done with a table."""

    what: Operation | OnTable
    text: str
    original: str
    then: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return self.what if isinstance(self.what, str) else self.what.name


def wishes(reading: Reading, tools: Toolbox, *, table: bool) -> list[Wish]:
    """Return what the instruction asks for, in order; ``table``: it is about a table.

    NoPlanError with the part that is not understood, and with what can be asked for.
    """
    found: list[Wish] = []
    pending: Clause | None = None
    for clause in reading.clauses:
        if pending is not None:
            clause = _joined(pending, clause)  # noqa: PLW2901 - a clause without an operation belongs to the next one
            pending = None
        asked = _asked(clause, tools, table)
        _check(clause, [span for _, span in asked], tools)
        if asked:
            found += [
                Wish(what, clause.text, clause.original, clause.then and not at) for at, (what, _) in enumerate(asked)
            ]
        elif found:
            found = _continued(found, clause, tools)
        else:
            pending = clause
    if not found:
        raise _not_understood(reading.clauses[0], tools)
    return found


def _joined(one: Clause, other: Clause) -> Clause:
    return Clause(f"{one.text}, {other.text}", f"{one.original}, {other.original}", one.then)


Span = tuple[int, int]


def _asked(clause: Clause, tools: Toolbox, table: bool) -> list[tuple[Operation | OnTable, Span]]:
    """Return what a clause asks for, in order; a word counts for one thing only."""
    taken: list[Span] = []
    asked: list[tuple[Operation | OnTable, Span]] = []

    def look(what: Operation | OnTable, pattern: re.Pattern[str]) -> None:
        spans = [match.span() for match in pattern.finditer(clause.text)]
        free = [span for span in spans if not any(span[0] < end and begin < span[1] for begin, end in taken)]
        if free:
            asked.append((what, free[0]))
            taken.extend(free)

    if table:
        # Of a table, these mean what is done with tables.
        look("chart", ON_TABLES["chart"])
        for pattern in (COUNT, SUMMARISE, ON_TABLES["analyse"]):
            look("analyse", pattern)
    for operation in tools.operations:
        if operation.pattern is not None and not (table and operation.takes in ("text", "page")):
            look(operation, operation.pattern)
    if not table:
        look("chart", ON_TABLES["chart"])
        look("analyse", ON_TABLES["analyse"])
    look("load", LOAD)
    first: dict[str, tuple[Operation | OnTable, Span]] = {}
    for what, span in sorted(asked, key=lambda each: each[1]):
        first.setdefault(what if isinstance(what, str) else what.name, (what, span))
    kept = list(first.values())
    if "extract" in first or "query" in first:
        kept = [each for each in kept if each[0] is not first.get("fields", (None,))[0]]
    return kept if len(kept) == 1 else [each for each in kept if each[0] != "load"]


def _check(clause: Clause, spans: list[Span], tools: Toolbox) -> None:
    """Raise NoPlanError for a clause that asks for something nobody here can do."""
    rest = clause.text
    for begin, end in spans:
        rest = f"{rest[:begin]}{' ' * (end - begin)}{rest[end:]}"
    if CANNOT.search(rest):
        raise _not_understood(clause, tools)
    first = min((begin for begin, _ in spans), default=len(rest))
    if begins_with_strange_verb(clause.text[:first] if spans else rest):
        raise _not_understood(clause, tools)


def check_subject(wanted: list[Wish], tools: Toolbox) -> None:
    """Raise NoPlanError for something to draw that is no chart, when there is no data either: "draw a picture of a cat"."""
    for wish in wanted:
        drawn = wish.what == "chart" and not chart_kind(wish.text)
        if drawn and strange_words(ON_TABLES["chart"].sub(" ", wish.text)):
            raise _not_understood(Clause(wish.text, wish.original), tools)


def _continued(found: list[Wish], clause: Clause, tools: Toolbox) -> list[Wish]:
    """Return the wishes with a clause that says more about the last one."""
    last = found[-1]
    strange = strange_words(re.sub(MARK, " ", clause.text))
    if len(strange) > 1 and last.name not in LISTING:
        raise _not_understood(clause, tools)
    return [
        *found[:-1],
        Wish(last.what, f"{last.text}, {clause.text}", f"{last.original}, {clause.original}", last.then),
    ]


def _not_understood(clause: Clause, tools: Toolbox) -> NoPlanError:
    """Return the error with the part that is not understood, and the words of it that nothing here answers to."""
    shown, rest = clause.original[:SHOWN], clause.text
    for operation in tools.operations:
        rest = operation.pattern.sub(" ", rest) if operation.pattern is not None else rest
    for pattern in (*ON_TABLES.values(), LOAD):
        rest = pattern.sub(" ", rest)
    words = list(dict.fromkeys(strange_words(rest)))[:WORDS]
    abilities = tools.abilities()
    told = f"I do not understand '{shown}' (nothing here answers to: {', '.join(words)})."
    told = told if words else f"I do not understand '{shown}'."
    message = f"{told} What can be planned here: {', '.join(abilities) or 'nothing'}."
    return NoPlanError(message, field="/instruction", part=shown, words=words, available=abilities)
