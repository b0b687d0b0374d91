"""``deploy``, ``scale``, ``undeploy``, ``rollback``, ``deployments``: how many instances, and where."""

import time
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.cluster import coloured, warn_if_blind
from agentcluster.cli.errors import OK, RUN_FAILED, CliError
from agentcluster.cli.output import console, errors, print_json, print_rows

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Wait = Annotated[bool, typer.Option("--wait", help="Return when all instances run; exit code 1 after two minutes")]
WAIT_S: Final = 120.0
LOOK_S: Final = 0.5


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("deployments")(deployments)
    app.command("deploy")(deploy)
    app.command("scale")(scale)
    app.command("undeploy")(undeploy)
    app.command("rollback")(rollback)


def deployments(
    agent: Annotated[str, typer.Argument(help="Only this agent's")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Those without instances, too")] = False,
    history: Annotated[
        bool,
        typer.Option("--history", help="The last changes of this agent's deployments: who, when and, by policy, why"),
    ] = False,
    as_json: Json = False,
) -> int:
    """List what is deployed and how it stands. Example: agent-coordinator deployments --json"""
    if history:
        return _history(agent, as_json)
    with Api(installation.find()) as api:
        answer = api.get("deployments", agent=agent, all="true" if everything else "")
    rows = answer["results"]
    if as_json:
        print_json(rows)
        return OK
    warn_if_blind(answer)
    print_rows([_line(row) for row in rows], "Nothing is deployed. Deploy an agent: agent-coordinator deploy <agent>")
    return OK


def deploy(
    what: Annotated[str, typer.Argument(metavar="AGENT[@VERSION]", help="The newest version when none is named")],
    *,
    replicas: Annotated[int, typer.Option("--replicas", "-n", min=0, help="How many instances")] = 1,
    region: Annotated[str, typer.Option("--region", help="Only on nodes of this region")] = "",
    role: Annotated[str, typer.Option("--role", help="Only on nodes of this role")] = "",
    node: Annotated[
        list[str] | None, typer.Option("--node", help="Only on the node of this name; may be repeated")
    ] = None,
    avoid: Annotated[list[str] | None, typer.Option("--not-node", help="Not on this node; may be repeated")] = None,
    weight: Annotated[
        int | None, typer.Option("--weight", min=0, max=100, help="Its share of calls that name no version")
    ] = None,
    waiting: Wait = False,
    as_json: Json = False,
) -> int:
    """Have instances of an agent version on nodes that qualify. Without --region and the like, where stays as it is.

    Example: agent-coordinator deploy summarize@1.2.0 --replicas 3 --region eu --wait
    """
    where = {"region": region, "role": role, "nodes": node or [], "not_nodes": avoid or []}
    body: dict[str, Any] = {"replicas": replicas}
    if any(where.values()):
        body["where"] = {name: value for name, value in where.items() if value}
    if weight is not None:
        body["weight"] = weight
    with Api(installation.find()) as api:
        agent, version = _version(api, what)
        row = api.put(f"deployments/{agent}/{version}", body)
        return _tell(api, row, waiting, as_json)


def scale(
    what: Annotated[str, typer.Argument(metavar="AGENT[@VERSION]", help="The one that is deployed when none is named")],
    replicas: Annotated[int, typer.Argument(min=0, help="How many instances")],
    waiting: Wait = False,
    as_json: Json = False,
) -> int:
    """Have more or fewer instances. Example: agent-coordinator scale summarize 5"""
    with Api(installation.find()) as api:
        agent, version = _deployed(api, what)
        row = api.put(f"deployments/{agent}/{version}", {"replicas": replicas})
        return _tell(api, row, waiting, as_json)


def undeploy(
    what: Annotated[str, typer.Argument(metavar="AGENT[@VERSION]")], waiting: Wait = False, as_json: Json = False
) -> int:
    """End all instances of a version; calls at work finish. Example: agent-coordinator undeploy summarize@1.2.0"""
    with Api(installation.find()) as api:
        agent, version = _deployed(api, what)
        row = api.put(f"deployments/{agent}/{version}", {"replicas": 0})
        return _tell(api, row, waiting, as_json)


def rollback(
    agent: str,
    version: Annotated[str, typer.Argument(help="The version that gets the replicas of the others")],
    waiting: Wait = False,
    as_json: Json = False,
) -> int:
    """Replace an agent's versions by one of them; the others end once it is up.

    Example: agent-coordinator rollback summarize 1.1.0 --wait
    """
    with Api(installation.find()) as api:
        row = api.post(f"deployments/{agent}/rollback", {"version": version})
        return _tell(api, row, waiting, as_json)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    where = row["where"]
    places = [
        where.get("region"),
        where.get("role"),
        *where.get("nodes", ()),
        *(f"not {n}" for n in where.get("not_nodes", ())),
    ]
    troubles = [slot["trouble"] for slot in row["slots"] if slot["trouble"]]
    return {
        "agent": row["agent"],
        "version": row["version"],
        "ready": f"{row['ready']}/{row['replicas']}",
        "status": coloured(row["status"]),
        "where": ", ".join(place for place in places if place),
        "weight": row["weight"],
        "nodes": ", ".join(sorted({slot["node"] for slot in row["slots"] if slot["node"]})),
        "reason": row["reason"] or (troubles[0] if troubles else ""),
        "by": row["changed_by"],
    }


def _history(agent: str, as_json: bool) -> int:
    if not agent:
        raise CliError("Name the agent whose history you want: agent-coordinator deployments <agent> --history")
    with Api(installation.find()) as api:
        rows = api.get(f"deployments/{agent}/changes")["results"]
    if as_json:
        print_json(rows)
        return OK
    shown = [
        {name: row[name] for name in ("at", "version", "action", "replicas", "weight", "by", "why")} for row in rows
    ]
    print_rows(shown, f"{agent} was never deployed.")
    return OK


def _version(api: Api, what: str) -> tuple[str, str]:
    agent, _, version = what.partition("@")
    if version:
        return agent, version
    try:
        latest = api.get(f"agents/{agent}")["latest"]
    except CliError as error:
        waiting = _waiting(api, agent) if error.data.get("code") == "unknown_agent" else None
        if waiting is None:
            raise
        return agent, waiting
    if latest is None:
        raise CliError(f"{agent} has no version that could be deployed.")
    return agent, latest["version"]


def _waiting(api: Api, agent: str) -> str | None:
    """Return the version of a bundle that is not registered yet; the server says what it waits for."""
    rows = api.get("bundles", agent=agent)["results"]
    return str(rows[0]["version"]) if rows else None


def _deployed(api: Api, what: str) -> tuple[str, str]:
    """Return the agent and the version that is meant: the only one with instances when none is named."""
    agent, _, version = what.partition("@")
    if version:
        return agent, version
    found = [row["version"] for row in api.get("deployments", agent=agent)["results"] if row["replicas"]]
    if not found:
        raise CliError(f"{agent} is not deployed. Deploy it: agent-coordinator deploy {agent}")
    if len(found) > 1:
        raise CliError(
            f"Several versions of {agent} are deployed, say which: {', '.join(f'{agent}@{v}' for v in found)}."
        )
    return agent, found[0]


def _tell(api: Api, row: dict[str, Any], waiting: bool, as_json: bool) -> int:
    code = OK
    if waiting:
        row, code = _wait(api, row)
    if as_json:
        print_json(row)
        return code
    console.print(
        Text.assemble(
            f"{row['agent']}@{row['version']}: {row['ready']} of {row['replicas']} instances, ", coloured(row["status"])
        )
    )
    if row["reason"]:
        console.print(Text(row["reason"], style="dim"), soft_wrap=True)
    if code:
        errors.print(
            f"Not all instances run after {WAIT_S:.0f} s. agent-coordinator deployments {row['agent']} shows more."
        )
    return code


def _wait(api: Api, row: dict[str, Any]) -> tuple[dict[str, Any], int]:
    end = time.monotonic() + WAIT_S
    while True:
        rows = api.get("deployments", agent=row["agent"], all="true")["results"]
        row = next(one for one in rows if one["identity"] == row["identity"])
        if row["status"] == ("ready" if row["replicas"] else "none") and (row["replicas"] or not row["slots"]):
            return row, OK
        if time.monotonic() > end:
            return row, RUN_FAILED
        time.sleep(LOOK_S)
