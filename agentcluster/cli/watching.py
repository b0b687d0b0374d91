"""Follows a run in the terminal: a live table where there is a terminal, a line a step where there is none."""

import time
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agentcluster.cli.client import Api
from agentcluster.cli.errors import UnreachableError
from agentcluster.cli.progress import Progress, Step
from agentcluster.clock import now_ms

STYLES: Final = {
    "waiting": ("·", "dim"),
    "running": ("▸", "blue"),
    "retrying": ("↻", "yellow"),
    "completed": ("✔", "green"),
    "failed": ("✘", "red"),
    "skipped": ("–", "dim"),
    "cancelled": ("■", "magenta"),
    "compensated": ("↶", "yellow"),
}
PATIENCE_S: Final = 60
"""How long the server may be away before watching gives up."""


def watch(api: Api, run: dict[str, Any], console: Console, *, quiet: bool = False) -> Progress:
    """Follow the run to its end and return what happened; nothing is printed when ``quiet``.

    Raises ``UnreachableError`` when the server stays away, ``KeyboardInterrupt`` when the user has seen enough.
    """
    progress = Progress(run["graph"])
    if quiet:
        for _ in changes(api, run["id"], progress):
            pass
    elif console.is_terminal:
        with Live(console=console, refresh_per_second=8, get_renderable=lambda: table(progress), transient=False):
            for _ in changes(api, run["id"], progress):
                pass
    else:
        for step in changes(api, run["id"], progress):
            if step is not None and worth_a_line(step):
                console.print(line(step))
    return progress


def changes(api: Api, run_id: str, progress: Progress) -> Iterator[Step | None]:
    """Apply the run's events as they come, over broken connections, and yield the step each one changed."""
    deadline = time.monotonic() + PATIENCE_S
    while not progress.ended:
        try:
            for sent in api.events(run_id, progress.cursor):
                deadline = time.monotonic() + PATIENCE_S
                if sent.event == "record":
                    yield progress.apply(sent.data)
        except UnreachableError:
            if time.monotonic() > deadline:
                raise
        if not progress.ended:
            time.sleep(0.5)


def worth_a_line(step: Step) -> bool:
    """Return whether a log is to tell how a step stands: it began, ended, is tried again, or waits for a reason."""
    return step.status in ("running", "retrying") or bool(step.ended) or bool(step.note)


def table(progress: Progress) -> Table:
    """Return the run's steps as a table, with the time each has taken so far."""
    found = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("", "Step", "Status", "Time", "Agent", ""):
        found.add_column(heading, justify="right" if heading == "Time" else "left")
    for step in progress.steps.values():
        mark, style = STYLES[step.status]
        status = f"{step.status}, attempt {step.attempt}" if step.attempt > 1 else step.status
        inner = f"{step.inner} steps inside" if step.inner else ""
        found.add_row(
            Text(mark, style), Text(step.title), Text(status, style), _time(step), Text(step.agent, "dim"),
            Text(step.note or inner, "dim" if step.status != "failed" else "red"),
        )  # fmt: skip
    return found


def line(step: Step) -> Text:
    """Return a step as one line of a log."""
    mark, style = STYLES[step.status]
    parts = [step.title, step.status, _time(step), step.note]
    return Text.assemble((mark, style), " ", "  ".join(part for part in parts if part))


def _time(step: Step) -> str:
    if not step.started:
        return ""
    return duration((step.ended or now_ms()) - step.started)


def duration(ms: int) -> str:
    """Return a duration for people; clocks that differ may make it negative, which is shown as 0."""
    return f"{ms / 1000:.2f} s" if ms >= 1000 else f"{max(ms, 0)} ms"
