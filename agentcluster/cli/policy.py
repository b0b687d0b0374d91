"""``policy``: what operators have decided about rates, retries, breakers and the rest (docs/policies.md)."""

import sys
from typing import Annotated, Any

import typer
import yaml
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, RUN_FAILED
from agentcluster.cli.output import console, print_done, print_json, print_rows
from agentcluster.cli.policy_apply import Note, apply
from agentcluster.cli.run_steer import Json
from agentcluster.cli.workflow import confirm

policy_app = typer.Typer(help="Policies: rates, retries, breakers, routing (docs/policies.md).", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the policy")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policy_app, name="policy")
    policy_app.command("list")(list_policies)
    policy_app.command("try")(try_policies)
    for command in (show, apply, diff, history, rollback, enable, disable, delete, state):
        policy_app.command()(command)


def list_policies(*, as_json: Json = False) -> int:
    """List the policies in force. Example: agent-coordinator policy list --json"""
    with Api(installation.find()) as api:
        found = api.get("policies")
    if as_json:
        print_json(found)
        return OK
    rows = [
        {
            "name": row["name"],
            "kind": row["kind"],
            "on": "yes" if row["enabled"] else "no",
            "match": in_words(row["match"]),
            "says": ", ".join(f"{name}={_short(value)}" for name, value in row["spec"].items()) or "the defaults",
        }
        for row in found["policies"]
    ]
    print_rows(rows, "There are no policies yet: the defaults of docs/policies.md hold.")
    for warning in found["warnings"]:
        console.print(Text(f"{warning['field']}: {warning['message']}", style="yellow"))
    return OK


def show(*, name: Name, as_json: Json = False) -> int:
    """Print one policy as YAML, as apply takes it. Example: agent-coordinator policy show api-default"""
    with Api(installation.find()) as api:
        found = api.get(f"policies/{name}")
    if as_json:
        print_json(found)
    else:
        sys.stdout.write(_yaml(found))
    return OK


def diff(
    *,
    before: Annotated[int, typer.Argument(help="Number of a set")],
    after: Annotated[int | None, typer.Argument(help="Number of another; the newest when absent")] = None,
    as_json: Json = False,
) -> int:
    """Say what differs between two sets. Exit code 1 when something does. Example: agent-coordinator policy diff 3 4"""
    with Api(installation.find()) as api:
        last = api.get("policies")["number"] if after is None else after
        found = api.get(f"policies/history/{before}/diff/{last}")["differences"]
    if as_json:
        print_json(found)
        return RUN_FAILED if found else OK
    for each in found:
        console.print(Text(f"{each['name']}: {each['change']}"))
        for field in each["fields"]:
            console.print(Text(f"  {field}: {_at(each['before'], field)} → {_at(each['after'], field)}"))
    if not found:
        console.print(Text("They are the same.", style="dim"))
    return RUN_FAILED if found else OK


def history(
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=5000, help="How many at most")] = 20,
    as_json: Json = False,
) -> int:
    """List who changed what and when, newest first.

    Example: agent-coordinator policy history --json
    """
    with Api(installation.find()) as api:
        rows = api.rows("policies/history", limit)
    if as_json:
        print_json(rows)
        return OK
    shown = [
        {
            "set": row["number"],
            "at": row["at"][:19].replace("T", " "),
            "by": row["by"] or "the system",
            "what": f"{row['action']} {row['title']}".rstrip(),
            "policies": row["count"],
            "note": row["note"],
        }
        for row in rows
    ]
    print_rows(shown, "Nothing was changed yet.")
    return OK


def rollback(
    *,
    number: Annotated[int, typer.Argument(help="Number of the set; 0: no policies")],
    note: Note = "",
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Put an earlier set in force again, under a new number. Example: agent-coordinator policy rollback 3 --yes"""
    with Api(installation.find()) as api:
        now = api.get("policies")["number"]
        confirm(f"Put set {number} in force instead of set {now}?", yes=yes)
        made = api.change("POST", "policies/rollback", {"number": number, "note": note}, now)
    print_done(made, f"set {made['number']} is in force: set {number} again", as_json)
    return OK


def enable(*, name: Name, note: Note = "", as_json: Json = False) -> int:
    """Switch a policy on. Example: agent-coordinator policy enable api-default"""
    return _switch(name, note, on=True, as_json=as_json)


def disable(*, name: Name, note: Note = "", as_json: Json = False) -> int:
    """Switch a policy off. Example: agent-coordinator policy disable api-default"""
    return _switch(name, note, on=False, as_json=as_json)


def delete(*, name: Name, note: Note = "", yes: Yes = False, as_json: Json = False) -> int:
    """Delete a policy; the history keeps it. Example: agent-coordinator policy delete api-default --yes"""
    with Api(installation.find()) as api:
        now = api.get("policies")["number"]
        confirm(f"Delete the policy {name}?", yes=yes)
        made = api.change("DELETE", f"policies/{name}", None, now, note=note)
    print_done(made, f"{name}: deleted (set {made['number']})", as_json)
    return OK


def try_policies(
    *,
    agent: Annotated[str, typer.Option("--agent", help="Name of an agent")] = "",
    version: Annotated[str, typer.Option("--version", help="Its version")] = "",
    instance: Annotated[str, typer.Option("--instance", help="Id of an instance")] = "",
    region: Annotated[str, typer.Option("--region", help="Where it is")] = "",
    user: Annotated[str, typer.Option("--user", help="Name of a user, for the tags")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag instead; repeatable")] = None,
    as_json: Json = False,
) -> int:
    """Say which policy of each kind holds for somebody. Example: agent-coordinator policy try --agent json --user ada"""
    asked = {
        "agent": agent,
        "version": version,
        "instance": instance,
        "region": region,
        "user": user,
        "tags": tag or [],
    }
    with Api(installation.find()) as api:
        found = api.post("policies/try", {name: value for name, value in asked.items() if value})
    if as_json:
        print_json(found)
        return OK
    rows = [
        {
            "kind": f"{each['kind']} {each['about']}".rstrip(),
            "policy": each["policy"] or "(defaults)",
            "says": ", ".join(f"{name}={_short(value)}" for name, value in each["spec"].items()) or "(defaults)",
            "passed over": ", ".join(
                f"{looked['name']} ({looked['field'] or looked['reason'].replace('_', ' ')})"
                for looked in each["looked_at"]
                if looked["reason"] != "holds"
            ),
        }
        for each in found["answers"]
    ]
    print_rows(rows, "")
    return OK


def state(*, as_json: Json = False) -> int:
    """Say which set each process has. Exit code 1 while one is behind. Example: agent-coordinator policy state --json"""
    with Api(installation.find()) as api:
        found = api.get("policies/state")
    if as_json:
        print_json(found)
    else:
        rows = [
            {
                "process": each["role"],
                "host": each["host"],
                "pid": each["pid"],
                "set": each["number"],
                "from": each["source"],
                "since": f"{(found['now_ms'] - each['since_ms']) / 1000:.1f} s" if each["since_ms"] else "",
                "trouble": each["trouble"],
            }
            for each in found["processes"]
        ]
        print_rows(rows, found["detail"] or "No process has told yet.")
        behind = f"{found['behind']} of {len(rows)} processes are behind" if found["behind"] else "in force everywhere"
        if found["known"]:
            console.print(Text(f"set {found['number']}: {behind}"))
    return RUN_FAILED if found["behind"] or not found["known"] else OK


def in_words(match: dict[str, str]) -> str:
    """Return where a policy holds."""
    return ", ".join(f"{name}={value}" for name, value in match.items()) or "everything"


def _switch(name: str, note: str, *, on: bool, as_json: bool) -> int:
    with Api(installation.find()) as api:
        now = api.get("policies")["number"]
        made = api.change("PATCH", f"policies/{name}", {"enabled": on, "change_note": note}, now)
    print_done(made, f"{name}: {'on' if on else 'off'} (set {made['number']})", as_json)
    return OK


def _yaml(policy: dict[str, Any]) -> str:
    told = {name: value for name, value in policy.items() if value not in ({}, "", True)}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True)


def _at(policy: dict[str, Any], pointer: str) -> str:
    value: Any = policy
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, dict) or name not in value:
            return "(default)"
        value = value[name]
    return _short(value)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
