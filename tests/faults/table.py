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
    from tests.faults.lab import Fault, Outcome

RESULTS: Final = "FAULTS_RESULTS"
"""Names the file that results are appended to; without it nothing is kept."""
DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"


class Result(msgspec.Struct):
    """One fault, once."""

    fault: str
    runs: int
    survived: int
    recovery_s: list[float]
    target_s: float | None = None
    violations: int = 0


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


def write(results: list[Result], document: Path = DOCUMENT) -> None:
    """Put the table between its marks in the document."""
    text = document.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    document.write_text(f"{before}{BEGIN}\n{about}\n\n{table(results)}\n{END}{after}")


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    write([msgspec.json.decode(line, type=Result) for line in lines])
