"""``instances``, ``logs``: single instances, and what they say."""

import json
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.cluster import instance_row
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, errors, print_json, print_rows

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Instance = Annotated[str, typer.Argument(help="Its id, as `agent-coordinator instances` shows it")]
LOOK_S: Final = 1.0
PAGE: Final = 500
STYLES: Final = {"stderr": "red", "system": "dim"}
instances_app = typer.Typer(help="List instances; restart, move and stop them.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(instances_app, name="instances")
    app.command("logs")(logs)


@instances_app.callback()
def instances(
    context: typer.Context,
    agent: Annotated[str, typer.Option("--agent", help="Only this agent's")] = "",
    node: Annotated[str, typer.Option("--node", help="Only those on the node of this name or id")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Those that are gone whose logs are still kept")] = False,
    as_json: Json = False,
) -> int:
    """List instances; restart, move and stop them. Example: agent-coordinator instances --agent summarize"""
    if context.invoked_subcommand:
        return OK
    if ended:
        return _ended(agent, node, as_json)
    with Api(installation.find()) as api:
        rows = [
            {"node": host["name"], "node_id": host["node_id"], "node_status": host["status"], **hosted}
            for host in api.get("nodes")["results"]
            for hosted in host["agents"]
            if agent in ("", hosted["name"]) and node in ("", host["name"], host["node_id"])
        ]
    if as_json:
        print_json(rows)
        return OK
    print_rows([_line(row) for row in rows], "No instance runs.")
    return OK


def _ended(agent: str, node: str, as_json: bool) -> int:
    with Api(installation.find()) as api:
        rows = api.get("instances/ended", agent=agent, node=node)["results"]
    if as_json:
        print_json(rows)
        return OK
    print_rows(
        [
            {
                "instance": row["instance"],
                "node": row["node"],
                "ended": f"{datetime.fromtimestamp(row['at_ms'] / 1000, UTC).astimezone():%Y-%m-%d %H:%M:%S}",
                "last": row["text"],
            }
            for row in rows
        ],
        "No node keeps the log of an instance that is gone.",
    )
    return OK


@instances_app.command("restart")
def restart(instance: Instance, as_json: Json = False) -> int:
    """End an instance and start another in its place, on the same node.

    Example: agent-coordinator instances restart word-count-n1-0
    """
    return _order(instance, "restart", {}, f"{instance} is being replaced by a new instance.", as_json)


@instances_app.command("stop")
def stop(instance: Instance, as_json: Json = False) -> int:
    """End an instance; when it belongs to a deployment, a node that qualifies starts another.

    Example: agent-coordinator instances stop word-count-n1-0
    """
    return _order(instance, "stop", {}, f"{instance} is stopping.", as_json)


@instances_app.command("migrate")
def migrate(
    instance: Instance,
    node: Annotated[str, typer.Option("--node", help="Name or id of the node; the best there is when absent")] = "",
    as_json: Json = False,
) -> int:
    """Start an instance elsewhere, then end this one. Example: agent-coordinator instances migrate <id> --node berlin-2"""
    return _order(instance, "migrate", {"node": node}, f"{instance} moves as soon as its successor runs.", as_json)


def logs(
    instance: Instance,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C or the instance ends")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="The newest lines, at most so many")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line")] = False,
) -> int:
    """Print what an instance said, also of one that has ended or never started, while its node keeps the log.

    Example: agent-coordinator logs summarize-3f9a1c-0-a1b2c3 -f
    """
    with Api(installation.find()) as api:
        part = _all(api, instance, 0)
        for line in part.lines[-limit:]:
            _print(line, as_json)
        try:
            while follow and not part.ended:
                time.sleep(LOOK_S)
                part = _all(api, instance, part.next)
                for line in part.lines:
                    _print(line, as_json)
        except KeyboardInterrupt:
            return OK
        except CliError as error:
            if error.data.get("code") != "instance_gone":
                raise
            part = Part([], 0, ended=True)
        if part.ended and not as_json:
            errors.print(Text(f"{instance} has ended.", style="dim"))
    return OK


class Part(NamedTuple):
    """Lines of a log, where to go on, and whether nothing will follow."""

    lines: list[dict[str, Any]]
    next: int
    ended: bool


def _all(api: Api, instance: str, after: int) -> Part:
    """Return the lines after ``after``, as many as the node has."""
    lines: list[dict[str, Any]] = []
    while True:
        answer = api.get(f"instances/{instance}/logs", after=after, limit=PAGE)
        lines += answer["lines"]
        if answer["next"] == after or len(answer["lines"]) < PAGE:
            return Part(lines, answer["next"], answer["ended"])
        after = answer["next"]


def _print(line: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    at = datetime.fromtimestamp(line["at_ms"] / 1000, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    console.print(Text.assemble((f"{at} ", "dim"), (line["text"], STYLES.get(line["stream"], ""))), soft_wrap=True)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "instance": row["instance"],
        "agent": row["name"],
        "version": row["version"],
        "node": row["node"],
        "slot": row["slot"] if row["slot"] >= 0 else "own",
        **instance_row(row, row["node_status"], row["state"]),
    }


def _order(instance: str, action: str, body: dict[str, Any], sentence: str, as_json: bool) -> int:
    with Api(installation.find()) as api:
        answer = api.post(f"instances/{instance}/{action}", body)
    if as_json:
        print_json(answer)
    else:
        console.print(Text(sentence))
    return OK
