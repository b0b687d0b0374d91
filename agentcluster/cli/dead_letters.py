"""``dlq``: tasks that failed for good, to look at and to give to their agents again."""

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, RUN_FAILED, CliError
from agentcluster.cli.output import console, errors, print_json, print_rows
from agentcluster.cli.patience import wait_out
from agentcluster.cli.workflow import confirm

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Code = Annotated[str, typer.Option("--code", help="Only with this error code")]
Search = Annotated[
    str, typer.Option("--search", help="A text in message, error code, step, run id, version, input or workflow")
]
dlq = typer.Typer(help="Dead letters: tasks that failed for good after three deliveries.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dlq, name="dlq")


@dlq.command("summary")
def summary(as_json: Json = False) -> int:
    """Count the dead letters of each agent.

    Example: agent-coordinator dlq summary --json
    """
    with Api(installation.find()) as api:
        rows = api.rows("dead-letters/summary", 1000)
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [{"agent": row["agent"], "count": row["count"], "newest": _time(row["newest"])} for row in rows],
            "There are no dead letters.",
        )
    return OK


@dlq.command("list")
def list_letters(
    agent: Annotated[str, typer.Argument(help="Only of this agent")] = "",
    *,
    code: Code = "",
    search: Search = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=5000, help="At most so many")] = 50,
    as_json: Json = False,
) -> int:
    """List dead letters, newest first. Example: agent-coordinator dlq list csv-parse --code worker_crashed"""
    with Api(installation.find()) as api:
        rows = api.rows("dead-letters", limit, agent=agent, code=code, search=search)
    if as_json:
        print_json(rows)
    else:
        print_rows([_row(row) for row in rows], "There are no dead letters.")
    return OK


@dlq.command("show")
def show(
    agent: str, letter: Annotated[str, typer.Argument(help="Its id, from dlq list")], as_json: Json = False
) -> int:
    """Show a dead letter with its whole input.

    Example: agent-coordinator dlq show csv-parse 1763781145000-0
    """
    with Api(installation.find()) as api:
        found = api.get(f"dead-letters/{agent}/{letter}")
    if as_json:
        print_json(found)
        return OK
    console.print(Text(f"{found['agent']} {found['version']}  {found['error_code']}", style="bold"))
    console.print(Text(found["message"], style="red"))
    console.print(
        f"Step {found['step']} of run {found['run_id']} ({found['workflow_title'] or 'workflow gone'}), given to an "
        f"instance {found['retries']} times, {_time(found['at'])}",
        soft_wrap=True,
    )
    if found["redriven_as"]:
        console.print(f"Goes on as run {found['redriven_as']}.", soft_wrap=True)
    print_json(found["input"])
    return OK


@dlq.command("redrive")
def redrive(
    agent: str,
    letters: Annotated[list[str] | None, typer.Argument(help="Ids from dlq list; none: all that match")] = None,
    *,
    given: Annotated[str, typer.Option("--input", help="Another input, as JSON; for one dead letter")] = "",
    version: Annotated[str, typer.Option("--version", help="Another version of the agent, such as 1.0.1 or ^2")] = "",
    code: Code = "",
    search: Search = "",
    everything: Annotated[bool, typer.Option("--all", help="All of the agent's")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who look at the run later")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them and show some")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Give dead letters to their agent again, each in a new run that goes on from the failed one.

    Examples:

      agent-coordinator dlq redrive csv-parse 1760000000000-0 --input '{"text": "a,b"}'

      agent-coordinator dlq redrive csv-parse --code worker_crashed --version ^1.2 --dry-run
    """
    if not letters and not (code or search or everything):
        raise CliError("Which dead letters? Give ids, --code, --search, or --all.")
    with Api(installation.find()) as api:
        if given or (letters and len(letters) == 1 and not dry_run):
            body = {"version": version, "reason": reason, **_input(given)}
            return _one(api, agent, letters or [], body, as_json)
        body = {"agent": agent, "version": version, "reason": reason, "filter": {"code": code, "search": search}}
        if letters:
            body["ids"] = letters
        return _many(api, body, dry_run=dry_run, yes=yes, as_json=as_json)


@dlq.command("delete")
def delete(
    agent: str,
    letters: list[str],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Remove dead letters for good; their runs stay.

    Example: agent-coordinator dlq delete csv-parse 1763781145000-0
    """
    confirm(f"Delete {len(letters)} of the dead letters of {agent}?", yes=yes)
    with Api(installation.find()) as api:
        for letter in letters:
            api.delete(f"dead-letters/{agent}/{letter}")
            if not as_json:
                console.print(f"Dead letter {letter} was deleted.")
    if as_json:
        print_json({"agent": agent, "deleted": letters})
    return OK


def _input(given: str) -> dict[str, Any]:
    if not given:
        return {}
    try:
        return {"input": json.loads(given)}
    except ValueError as error:
        raise CliError(f"--input is not JSON: {error}.", field="--input") from error


def _one(api: Api, agent: str, letters: list[str], body: dict[str, Any], as_json: bool) -> int:
    if len(letters) != 1:
        raise CliError("--input is for one dead letter; give its id.", field="--input")
    made = api.post(f"dead-letters/{agent}/{letters[0]}/redrive", body)
    if as_json:
        print_json(made)
    else:
        console.print(f"Dead letter {letters[0]} goes on as run {made['run_id']}.", soft_wrap=True)
    return OK


def _many(api: Api, body: dict[str, Any], *, dry_run: bool, yes: bool, as_json: bool) -> int:
    preview = api.post("dead-letters/redrive", {**body, "preview": True})
    count = preview["count"]
    if dry_run and as_json:
        print_json(preview)
        return OK
    if not as_json:
        errors.print(Text(f"{count:,} dead {'letter matches' if count == 1 else 'letters match'}.", style="bold"))
        if preview["sample"]:
            print_rows([_row(row) for row in preview["sample"]], "")
    if dry_run or not count:
        return OK
    confirm(f"Give {'it' if count == 1 else f'these {count:,}'} to {body['agent']} again?", yes=yes)
    redriven: dict[str, str] = {}
    refused: dict[str, int] = {}
    left: int = count
    cursor: str | None = ""
    while cursor is not None:
        try:
            answer = _part(api, {**body, "cursor": cursor})
        except CliError:
            if redriven or refused:
                _tell(redriven, refused, left, as_json)
            raise
        redriven |= answer["redriven"]
        for code, number in answer["refused"].items():
            refused[code] = refused.get(code, 0) + number
        left, cursor = answer["left"], answer["next"]
    _tell(redriven, refused, left, as_json)
    return RUN_FAILED if refused else OK


def _part(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    while True:
        try:
            answer: dict[str, Any] = api.post("dead-letters/redrive", body)
            return answer
        except CliError as error:
            wait_out(error)


def _tell(redriven: dict[str, str], refused: dict[str, int], left: int, as_json: bool) -> None:
    """Print what came of it, also where it ended in the middle."""
    if as_json:
        print_json({"redriven": redriven, "refused": refused, "left": left})
        return
    console.print(f"{len(redriven):,} go on as new runs.")
    for code, number in refused.items():
        errors.print(Text(f"  {number:,} refused ({code})", style="yellow"))
    if left:
        errors.print(Text(f"  {left:,} were not tried", style="yellow"))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "agent": f"{row['agent']} {row['version']}",
        "error": row["error_code"],
        "step": row["step"],
        "run": row["run_id"],
        "times": row["retries"],
        "at": _time(row["at"]),
        "again as": row["redriven_as"],
    }


def _time(moment: str) -> str:
    return moment[:19].replace("T", " ")
