"""``agents``, ``nodes``: what the cluster has."""

from typing import Annotated

import typer

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.output import print_json, print_rows

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("agents")(agents)
    app.command("nodes")(nodes)


def agents(
    search: Annotated[str, typer.Option("--search", help="Words of the name, the title or the description")] = "",
    as_json: Json = False,
) -> int:
    """List the agents of the registry."""
    with Api(installation.find()) as api:
        rows = api.rows("agents", 1000, search=search)
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [
                {
                    "name": row["name"],
                    "version": (row["latest"] or {}).get("version"),
                    "title": row["title"].get("en"),
                    "capabilities": ", ".join(row["capabilities"]),
                    "live": row["live_instances"],
                }
                for row in rows
            ],
            "No agent is registered.",
        )
    return OK


def nodes(as_json: Json = False) -> int:
    """List the nodes and how they are."""
    with Api(installation.find()) as api:
        rows = api.rows("nodes", 1000)
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [
                {
                    "name": row["name"],
                    "status": row["status"],
                    "load": f"{row['load']} %",
                    "busy": f"{row['slots']['busy']}/{row['slots']['max']}",
                    "host": row["host"],
                    "agents": ", ".join(sorted({agent["name"] for agent in row["agents"]})),
                    "seen": f"{row['age_ms'] / 1000:.0f} s ago",
                }
                for row in rows
            ],
            "No node is running. Start one: agent-coordinator init --name my-node",
        )
    return OK
