"""``agents``, ``nodes``: what the cluster has."""

from typing import Annotated, Any, Final

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.output import console, print_json, print_rows

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Search = Annotated[str, typer.Option("--search", help="Words of the name, the title or the description")]
COLOURS: Final = {
    "active": "green",
    "running": "green",
    "ready": "green",
    "unreachable": "yellow",
    "starting": "yellow",
    "leaving": "yellow",
    "draining": "yellow",
    "short": "red",
    "restarting": "red",
    "failed": "red",
    "lost": "red",
}
agents_app = typer.Typer(help="List agents, look at one.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(agents_app, name="agents")
    app.command("nodes")(nodes)


def coloured(word: str) -> Text:
    """Return a state in its colour."""
    return Text(word, style=COLOURS.get(word, ""))


def instance_row(row: dict[str, Any], node_status: str, state: str) -> dict[str, Any]:
    """Return how an instance does, in columns; of one that has a process of its own also how that does."""
    process = row["process"] or {}
    restarting = state == "Running" and not process.get("ready", True)
    word = node_status if node_status != "active" else "restarting" if restarting else state.lower()
    return {
        "state": coloured(word),
        "calls": f"{row['in_flight']}/{row['concurrency']}",
        "uses": f"{process['memory_mib']:.0f} MiB, {process['tasks']} tasks" if process else "",
        "restarts": process.get("restarts", ""),
        "ended": process.get("reason", ""),
    }


def warn_if_blind(answer: dict[str, Any]) -> None:
    """Say so when nothing is known of the cluster."""
    if not answer.get("live", True):
        console.print(Text(f"NATS is away, so nothing is known of nodes now: {answer['live_detail']}", style="yellow"))


@agents_app.callback()
def agents(context: typer.Context, search: Search = "", as_json: Json = False) -> int:
    """List the agents of the registry, or look at one. Example: agent-coordinator agents show csv-parse"""
    if context.invoked_subcommand:
        return OK
    with Api(installation.find()) as api:
        rows = api.rows("agents", 1000, search=search)
    if as_json:
        print_json(rows)
        return OK
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


@agents_app.command("show")
def show(name: str, as_json: Json = False) -> int:
    """Show an agent: its versions, what is deployed of them, its instances.

    Example: agent-coordinator agents show csv-parse
    """
    with Api(installation.find()) as api:
        agent = api.get(f"agents/{name}")
    if as_json:
        print_json(agent)
        return OK
    console.print(Text.assemble((agent["title"].get("en", name), "bold"), f"  {agent['name']}"))
    if agent["description"].get("en"):
        console.print(Text(agent["description"]["en"]), soft_wrap=True)
    console.print(Text(f"Capabilities: {', '.join(agent['capabilities'])}\n"), soft_wrap=True)
    print_rows([_version(row) for row in agent["versions"]], "It has no version.")
    console.print()
    if not agent["live"]:
        console.print(Text("NATS is away: nothing is known of its instances.", style="yellow"))
        return OK
    print_rows(
        [
            {
                "instance": row["instance"],
                "node": row["node"],
                "version": row["version"],
                **instance_row(row, row["status"], row["state"]),
            }
            for row in agent["instances"]
        ],
        "No instance runs.",
    )
    return OK


def nodes(as_json: Json = False) -> int:
    """List the nodes and how they are. Example: agent-coordinator nodes --json"""
    with Api(installation.find()) as api:
        answer = api.get("nodes")
    rows = answer["results"]
    if as_json:
        print_json(rows)
        return OK
    warn_if_blind(answer)
    print_rows(
        [_node(row) for row in rows],
        "No node is running. Start one: agent-coordinator init --name my-node",
    )
    return OK


def _version(row: dict[str, Any]) -> dict[str, Any]:
    deployed = row["deployment"]
    return {
        "version": row["version"],
        "runtime": row["runtime"] + (f" ({row['bundle_status']})" if row["bundle_status"] else ""),
        "deployed": f"{deployed['ready']}/{deployed['replicas']}" if deployed else "",
        "status": coloured(deployed["status"]) if deployed else "",
        "reason": deployed["reason"] if deployed else "",
        "identity": row["identity"][:30] + "…",
    }


def _node(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "status": coloured("draining" if row["draining"] and row["status"] == "active" else row["status"]),
        "region": row["region"],
        "role": row["role"],
        "load": f"{row['load']} %",
        "busy": f"{row['slots']['busy']}/{row['slots']['max']}",
        "host": row["host"],
        "instances": len(row["agents"]),
        "seen": f"{row['age_ms'] / 1000:.0f} s ago",
        "id": row["node_id"],
    }
