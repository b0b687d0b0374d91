"""``python -m tests.faults.table <results>``: writes what the lab has measured into docs/reliability.md."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.lab import Fault, Outcome
    from tests.faults.timeline import Noticed

RESULTS: Final = "FAULTS_RESULTS"
"""Names the file that results are appended to; without it nothing is kept."""
DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
TIMELINE_BEGIN, TIMELINE_END = "<!-- timeline: begin -->", "<!-- timeline: end -->"


class Result(msgspec.Struct, tag=True):
    """One fault, once."""

    fault: str
    runs: int
    survived: int
    recovery_s: list[float]
    target_s: float | None = None
    violations: int = 0


class Timeline(msgspec.Struct, tag=True):
    """When each observer noticed that a node had been killed: seconds until unreachable, and until failed."""

    node: str
    unreachable_s: dict[str, float]
    failed_s: dict[str, float]


def note_timeline(node: str, seen: "Sequence[Noticed]") -> None:
    """Keep when a killed node was noticed, where that is wanted."""
    found = Timeline(
        node,
        {each.observer: each.unreachable_s for each in seen},
        {each.observer: each.failed_s for each in seen},
    )
    print(found)
    if file := os.environ.get(RESULTS):
        with Path(file).open("ab") as results:
            results.write(msgspec.json.encode(found) + b"\n")


def result_of(fault: "Fault", outcome: "Outcome") -> Result:
    """Return what is kept of an outcome."""
    return Result(
        fault.name, outcome.runs, outcome.survived, outcome.recovery_s, fault.target_s, len(outcome.violations)
    )


def note(fault: "Fault", outcome: "Outcome") -> None:
    """Keep what came of a fault, where that is wanted."""
    found = result_of(fault, outcome)
    print(_row(fault.name, [found]))
    if file := os.environ.get(RESULTS):
        with Path(file).open("ab") as results:
            results.write(msgspec.json.encode(found) + b"\n")


def table(results: list[Result]) -> str:
    """Return the results as a table in Markdown, faults in the order they came."""
    by_fault: dict[str, list[Result]] = {}
    for result in results:
        by_fault.setdefault(result.fault, []).append(result)
    head = [
        "| fault | runs | survived | lost or doubled | recovery p50 | p95 | target |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(fault, found) for fault, found in by_fault.items())])


def _row(fault: str, results: list[Result]) -> str:
    recovery = sorted(seconds for result in results for seconds in result.recovery_s)
    runs, survived = sum(result.runs for result in results), sum(result.survived for result in results)
    wrong = sum(result.violations for result in results)
    target = results[0].target_s
    cells: list[Any] = [fault, runs, survived, wrong, _share(recovery, 50), _share(recovery, 95)]
    return f"| {' | '.join(map(str, cells))} | {f'{target:.0f} s' if target else ''} |"


def _share(values: list[float], percent: int) -> str:
    if len(values) < 2:
        return f"{values[0]:.1f} s" if values else ""
    return f"{quantiles(values, n=100, method='inclusive')[percent - 1]:.1f} s"


def timelines(found: list[Timeline]) -> str:
    """Return the timelines as a table in Markdown: a row per kill, least and most seconds over the observers."""
    head = ["| killed | seen by | unreachable after | failed after |", "|---|---|---|---|"]
    rows = [
        f"| {each.node} | {len(each.failed_s)} hosts | {_range(each.unreachable_s)} | {_range(each.failed_s)} |"
        for each in found
    ]
    return "\n".join([*head, *rows])


def _range(seconds: dict[str, float]) -> str:
    return f"{min(seconds.values()):.1f} to {max(seconds.values()):.1f} s"


def write(results: list[Result], found: list[Timeline], document: Path = DOCUMENT) -> None:
    """Put the tables between their marks in the document."""
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    text = _between(document.read_text(), BEGIN, END, f"{about}\n\n{table(results)}")
    document.write_text(_between(text, TIMELINE_BEGIN, TIMELINE_END, timelines(found)) if found else text)


def _between(text: str, begin: str, end: str, content: str) -> str:
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}"


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    noted = [msgspec.json.decode(line, type=Result | Timeline) for line in lines]
    write([each for each in noted if isinstance(each, Result)], [each for each in noted if isinstance(each, Timeline)])
