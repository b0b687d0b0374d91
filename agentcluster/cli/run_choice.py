"""Which runs a command is about: by id, or all that a filter finds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer

from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError
from agentcluster.cli.finding import find_workflow

Ids = Annotated[list[str] | None, typer.Argument(help="Ids of runs")]
Status = Annotated[list[str] | None, typer.Option("--status", "-s", help="Such as failed; may be repeated")]
Workflow = Annotated[str, typer.Option("--workflow", "-w", help="Name or id of a workflow")]
Project = Annotated[str, typer.Option("--project", help="Slug of a project")]
Search = Annotated[str, typer.Option("--search", help="Start of an id, or part of a workflow's title")]
Since = Annotated[str, typer.Option("--since", help="Started then or later: a moment in ISO 8601, or 30m, 2h, 7d ago")]
Until = Annotated[str, typer.Option("--until", help="Started before: a moment in ISO 8601, or 30m, 2h, 7d ago")]
Priority = Annotated[str, typer.Option("--priority", help="high, normal or low")]
Label = Annotated[list[str] | None, typer.Option("--label", "-l", help="name=value; may be repeated")]
Key = Annotated[
    str, typer.Option("--idempotency-key", help="A text of your choice: the same command again does nothing twice")
]
Origin = Annotated[str, typer.Option("--origin", help="Id of the run they were made from")]
Trigger = Annotated[str, typer.Option("--trigger", help="What started them, or the kind of it, such as cron")]

_AGO: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def filters(
    api: Api,
    *,
    status: list[str] | None = None,
    workflow: str = "",
    project: str = "",
    label: list[str] | None = None,
    since: str = "",
    until: str = "",
    **texts: str,
) -> dict[str, Any]:
    """Return the filter as the API takes it in a body; what was not given is not in it."""
    found: dict[str, Any] = {name: value for name, value in texts.items() if value}
    if status:
        found["status"] = [part for each in status for part in each.split(",")]
    if workflow:
        found["workflow"] = find_workflow(api, workflow, project)["id"]
    if project:
        found["project"] = project
    if label:
        found["labels"] = labels(label)
    for name, given in (("since", since), ("until", until)):
        if given:
            found[name] = _moment(given, f"--{name}")
    return found


def as_query(given: dict[str, Any]) -> dict[str, Any]:
    """Return a filter as the API takes it in an address."""
    query = {**given}
    if "labels" in query:
        query["labels"] = [f"{name}:{value}" for name, value in query["labels"].items()]
    return query


def labels(given: list[str]) -> dict[str, str]:
    """Return labels by name; ``CliError`` for one that is not ``name=value``."""
    pairs = [each.partition("=") for each in given]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise CliError(f"--label {name}{equals}{value}: write it as name=value.")
    return {name: value for name, _, value in pairs}


def _moment(given: str, option: str) -> str:
    if ago := _AGO.fullmatch(given):
        return (datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise CliError(
            f"{option} {given}: give a moment such as 2026-03-01T12:00:00Z, or 2h for two hours ago."
        ) from error
    return (moment if moment.tzinfo else moment.astimezone()).isoformat()
