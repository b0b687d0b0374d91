"""The figures as tables for people, as JSON for machines, and as Markdown for docs/performance.md."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.catalogue import CHAIN, MEASUREMENTS
from bench.figures import STEPS_PER_S, Figure

OURS: Final = "engine-always"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Results = Mapping[str, Sequence[Figure]]


def print_tables(results: Results) -> None:
    """Print how the systems compare, then every figure."""
    console, machine = Console(), f"{os.cpu_count()} cores, Python {platform.python_version()}"
    table = Table(title=f"10-step sequential runs, one sitting, {machine}")
    for heading in ("", "steps/s", "× chain", "ours ÷ this", "lone run p50", "p95"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in compared(results):
        table.add_row(*row)
    if table.row_count:
        console.print(table)
    every = Table(title="Every figure")
    for heading in ("", "figure", "value", "target", ""):
        every.add_column(heading, justify="right" if heading in ("value", "target") else "left")
    for row in detailed(results):
        every.add_row(*row)
    console.print(every)


def compared(results: Results) -> list[tuple[str, ...]]:
    """Return a row for each system: steps a second, its ratio to the chain, ours to it, and a lone run's ms."""
    rates = {name: rate for name, figures in results.items() if (rate := _value(figures, STEPS_PER_S))}
    rows = []
    for name, rate in rates.items():
        lone = [_value(results[name], f"lone_p{percent}_ms") for percent in (50, 95)]
        rows.append(
            (
                _title(name),
                f"{rate:,.0f}",
                f"{rate / rates[CHAIN]:.2f}" if CHAIN in rates else "–",
                f"{rates[OURS] / rate:.1f}" if OURS in rates else "–",
                *(f"{ms:.1f} ms" if ms else "–" for ms in lone),
            )
        )
    return rows


def detailed(results: Results) -> list[tuple[str, ...]]:
    """Return a row for each figure: of which measurement, what, value, target, whether it is met."""
    rows = []
    for name, figures in results.items():
        for number, figure in enumerate(figures):
            target = "" if figure.target is None else f"{'≥' if figure.best == 'high' else '≤'} {_text(figure.target)}"
            met = {None: "", True: "met", False: "missed"}[figure.met]
            value = f"{_text(figure.value)} {figure.unit}".strip()
            rows.append(("" if number else _title(name), figure.what, value, target, met))
    return rows


def write_json(results: Results, left_out: Mapping[str, str], path: Path) -> None:
    """Write every figure, and why measurements are missing."""
    document = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "results": {
            name: {
                figure.key: {
                    "value": round(figure.value, 4),
                    "unit": figure.unit,
                    "target": figure.target,
                    "met": figure.met,
                }
                for figure in figures
            }
            for name, figures in results.items()
        },
        "left_out": left_out,
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def write_docs(results: Results, left_out: Mapping[str, str], path: Path) -> None:
    """Put the tables between the markers in the page at ``path``."""
    comparison = markdown(("", "steps/s", "× Celery chain", "ours ÷ this", "lone run p50", "p95"), compared(results))
    every = markdown(("", "figure", "value", "target", ""), detailed(results))
    missing = "".join(f"\nLeft out: {name} ({why}).\n" for name, why in left_out.items())
    machine = f"One sitting, {os.cpu_count()} cores for everything, Python {platform.python_version()}:"
    put_between(path, BEGIN, END, f"{machine}\n\n{comparison}{missing}\n{every}")


def put_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between the two markers in the page at ``path``."""
    before, _, rest = path.read_text().partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table, columns of numbers to the right."""
    lines = [
        headings,
        ["---" if heading in ("process", "work", "figure", "") else "---:" for heading in headings],
        *rows,
    ]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _title(name: str) -> str:
    return next((each.title for each in MEASUREMENTS if each.name == name), name)


def _value(figures: Sequence[Figure], key: str) -> float | None:
    return next((figure.value for figure in figures if figure.key == key), None)


def _text(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
