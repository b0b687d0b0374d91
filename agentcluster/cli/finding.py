"""Workflows and their versions by the names people give them on the command line."""

from typing import Any

from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError


def find_workflow(api: Api, name: str, project: str = "") -> dict[str, Any]:
    """Return the workflow of a name or an id; ``CliError`` when there is none, or several projects have one."""
    rows = api.rows("workflows", 10, name=name, project=project)
    if not rows and len(name) == 26:
        found: dict[str, Any] = api.get(f"workflows/{name}")
        return found
    if not rows:
        raise CliError(f"There is no workflow called {name}. `agent-coordinator workflows` lists those you may see.")
    if len(rows) > 1:
        projects = ", ".join(row["project"]["slug"] for row in rows)
        raise CliError(f"Several projects have a workflow called {name}: choose one with --project ({projects}).")
    row: dict[str, Any] = rows[0]
    return row


def version_number(given: str) -> int | str | None:
    """Return a published number, ``"draft"``, or None for an empty text; ``CliError`` for anything else."""
    if given in ("", "draft"):
        return given or None
    if not (given.isascii() and given.isdecimal()):
        raise CliError(f'--version {given}: give a published number, such as 3, or "draft".')
    return int(given)
