"""The figures as a table for people and as JSON for machines."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.engine import Figures


def print_table(figures: Mapping[str, Figures]) -> None:
    """Print every measurement and how it compares with the Celery chain."""
    table = Table(title=f"10-step sequential runs on {os.cpu_count()} cores, Python {platform.python_version()}")
    for heading in ("", "steps/s", "× chain", "lone run p50", "lone run p95"):
        table.add_column(heading, justify="left" if not heading else "right")
    chain = figures["celery-chain"].steps_per_s
    for name, measured in figures.items():
        table.add_row(
            name,
            f"{measured.steps_per_s:,.0f}",
            f"{measured.steps_per_s / chain:.1f}",
            f"{measured.percentile(50):.1f} ms",
            f"{measured.percentile(95):.1f} ms",
        )
    Console().print(table)
    cpu = figures["engine"].cpu or {}
    shares = ", ".join(f"{name} {seconds:.2f}" for name, seconds in cpu.items())
    print(f"CPU seconds per 1,000 durable steps (engine, AOF always): {shares}")


def write_json(figures: Mapping[str, Figures], path: Path) -> None:
    """Write every measurement, with latencies as percentiles."""
    document = {
        name: {
            "steps": measured.steps,
            "seconds": round(measured.seconds, 3),
            "steps_per_s": round(measured.steps_per_s, 1),
            "lone_p50_ms": round(measured.percentile(50), 2),
            "lone_p95_ms": round(measured.percentile(95), 2),
            "cpu_s_per_1000_steps": measured.cpu,
        }
        for name, measured in figures.items()
    }
    path.write_text(json.dumps({"cores": os.cpu_count(), "results": document}, indent=2) + "\n")
