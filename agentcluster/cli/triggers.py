"""``triggers``: what starts runs without a person."""

from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, RUN_FAILED, CliError
from agentcluster.cli.finding import find_workflow
from agentcluster.cli.output import console, print_done, print_json, print_rows
from agentcluster.cli.run_choice import labels
from agentcluster.cli.run_steer import Json, value
from agentcluster.cli.workflow import confirm

triggers_app = typer.Typer(help="What starts runs without a person (docs/triggers.md).", no_args_is_help=True)
InWorkflow = Annotated[str, typer.Option("--workflow", "-w", help="Name or id of its workflow")]
Trigger = Annotated[str, typer.Argument(help="Id of the trigger, or its name with --workflow")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(triggers_app, name="triggers")
    triggers_app.command("list")(list_triggers)
    for command in (create, enable, disable, fire, firings, delete):
        triggers_app.command()(command)


def list_triggers(*, workflow: InWorkflow = "", as_json: Json = False) -> int:
    """List the triggers of a workflow, or of all. Example: agent-coordinator triggers list --workflow orders"""
    with Api(installation.find()) as api:
        owners = [find_workflow(api, workflow)] if workflow else api.rows("workflows", 5000)
        rows = [(owner, row) for owner in owners for row in api.rows(f"workflows/{owner['id']}/triggers", 100)]
    if as_json:
        print_json([row for _, row in rows])
    else:
        print_rows([_row(owner, row) for owner, row in rows], "There are no triggers yet.")
    return OK


def _row(owner: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "workflow": owner["name"],
        "name": row["name"],
        "kind": row["kind"],
        "on": "yes" if row["enabled"] else "no",
        "next": (row["next_at"] or [""])[0][:19].replace("T", " "),
        "started": row["figures"]["started"],
        "refused": row["figures"]["refused"],
        "address or error": row["url"] or row["last_error"],
    }


def create(
    *,
    workflow: Annotated[str, typer.Option("--workflow", "-w", help="Name or id of the workflow to start")],
    name: Annotated[str, typer.Option("--name", help="What the trigger is called")],
    webhook: Annotated[bool, typer.Option("--webhook", help="Started by a signed call of an address")] = False,
    cron: Annotated[str, typer.Option("--cron", help='At set times, such as "0 7 * * 1-5"')] = "",
    timezone: Annotated[str, typer.Option("--timezone", help="Of --cron, such as Europe/Berlin")] = "UTC",
    every: Annotated[int, typer.Option("--every", min=0, help="Every so many seconds")] = 0,
    subject: Annotated[str, typer.Option("--subject", help="By messages on a NATS subject")] = "",
    stream: Annotated[str, typer.Option("--stream", help="By entries of a Redis stream")] = "",
    config: Annotated[str, typer.Option("--config", help="More settings of the kind, as JSON")] = "",
    given: Annotated[str, typer.Option("--input", "-i", help="The run's input as JSON, with expressions")] = "",
    priority: Annotated[str, typer.Option("--priority", help="high, normal or low")] = "",
    label: Annotated[list[str] | None, typer.Option("--label", "-l", help="name=value; may be repeated")] = None,
    off: Annotated[bool, typer.Option("--off", help="Leave it switched off")] = False,
    as_json: Json = False,
) -> int:
    """Make a trigger; a webhook's address and secret are printed, the secret this once.

    Examples:

      agent-coordinator triggers create -w orders --name "Order placed" --webhook --input '{"order": "${ body.id }"}'

      agent-coordinator triggers create -w report --name Morning --cron "0 7 * * 1-5" --timezone Europe/Berlin
    """
    kind, settings = _kind(webhook=webhook, cron=cron, timezone=timezone, every=every, subject=subject, stream=stream)
    more = value(config) or {}
    if not isinstance(more, dict):
        raise CliError("--config must be a JSON object.")
    body = {
        "kind": kind,
        "name": name,
        "config": settings | more,
        "priority": priority,
        "labels": labels(label or []),
        "enabled": not off,
    } | ({"input": value(given)} if given else {})
    with Api(installation.find()) as api:
        made = api.post(f"workflows/{find_workflow(api, workflow)['id']}/triggers", body)
    if as_json:
        print_json(made)
        return OK
    console.print(Text(f"{made['name']}: created ({made['id']})"))
    for told, what in ((made["url"], "address"), (made["secret"], "secret, shown this once")):
        if told:
            console.print(Text(f"{what}: {told}"), soft_wrap=True)
    return OK


def _kind(
    *, webhook: bool, cron: str, timezone: str, every: int, subject: str, stream: str
) -> tuple[str, dict[str, Any]]:
    kinds: list[tuple[str, dict[str, Any]]] = []
    if webhook:
        kinds.append(("webhook", {}))
    if cron:
        kinds.append(("cron", {"cron": cron, "timezone": timezone}))
    if every:
        kinds.append(("cron", {"every_s": every}))
    if subject:
        kinds.append(("nats", {"subject": subject}))
    if stream:
        kinds.append(("stream", {"key": stream}))
    if len(kinds) != 1:
        raise CliError("Say what starts it: one of --webhook, --cron, --every, --subject, --stream.")
    return kinds[0]


def enable(*, trigger: Trigger, workflow: InWorkflow = "", as_json: Json = False) -> int:
    """Switch a trigger on. Example: agent-coordinator triggers enable Morning --workflow report"""
    return _switch(trigger, workflow, on=True, as_json=as_json)


def disable(*, trigger: Trigger, workflow: InWorkflow = "", as_json: Json = False) -> int:
    """Switch a trigger off. Example: agent-coordinator triggers disable Morning --workflow report"""
    return _switch(trigger, workflow, on=False, as_json=as_json)


def _switch(trigger: str, workflow: str, *, on: bool, as_json: bool) -> int:
    with Api(installation.find()) as api:
        row = api.patch(f"triggers/{_find(api, trigger, workflow)['id']}", {"enabled": on})
    if as_json:
        print_json(row)
    else:
        console.print(Text(f"{row['name']}: {'on' if on else 'off'}"))
    return OK


def fire(
    *,
    trigger: Trigger,
    workflow: InWorkflow = "",
    event: Annotated[str, typer.Option("--event", help='JSON such as {"body": {"id": 7}}')] = "",
    as_json: Json = False,
) -> int:
    """Fire a trigger with an event of your own: it starts a real run. Exit code 1 when it starts none.

    Example: agent-coordinator triggers fire "Order placed" -w orders --event '{"body": {"id": 7}}'
    """
    given = value(event) or {}
    if not isinstance(given, dict):
        raise CliError("--event must be a JSON object.")
    with Api(installation.find()) as api:
        firing = api.post(f"triggers/{_find(api, trigger, workflow)['id']}/test", {"event": given})
    if as_json:
        print_json(firing)
    else:
        told = f" run {firing['run']}" if firing["run"] else f": {firing['message']}"
        console.print(Text(f"{firing['outcome']}{told}"), soft_wrap=True)
    return OK if firing["run"] else RUN_FAILED


def firings(
    *,
    trigger: Trigger,
    workflow: InWorkflow = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="At most so many")] = 20,
    as_json: Json = False,
) -> int:
    """List what reached a trigger, newest first. Example: agent-coordinator triggers firings Morning -w report"""
    with Api(installation.find()) as api:
        rows = api.rows(f"triggers/{_find(api, trigger, workflow)['id']}/firings", limit)
    if as_json:
        print_json(rows)
        return OK
    shown = [
        {
            "at": row["at"][:19].replace("T", " "),
            "outcome": row["outcome"],
            "run": row["run"],
            "message": row["message"],
        }
        for row in rows
    ]
    print_rows(shown, "Nothing has come yet.")
    return OK


def delete(
    *,
    trigger: Trigger,
    workflow: InWorkflow = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Delete a trigger with its history. Example: agent-coordinator triggers delete Morning -w report --yes"""
    with Api(installation.find()) as api:
        row = _find(api, trigger, workflow)
        confirm(f"Delete the trigger {row['name']}?", yes=yes)
        api.delete(f"triggers/{row['id']}")
    print_done({"id": row["id"], "name": row["name"], "deleted": True}, f"{row['name']}: deleted", as_json)
    return OK


def _find(api: Api, trigger: str, workflow: str) -> dict[str, Any]:
    if not workflow:
        found: dict[str, Any] = api.get(f"triggers/{trigger}")
        return found
    rows = api.rows(f"workflows/{find_workflow(api, workflow)['id']}/triggers", 100)
    for row in rows:
        if trigger in (row["id"], row["name"]):
            named: dict[str, Any] = row
            return named
    names = ", ".join(row["name"] for row in rows)
    raise CliError(f"{workflow} has no trigger called {trigger}; it has {names or 'none'}.")
