"""``run``: start a workflow, or what an instruction in words asks for, and follow it."""

from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from rich.prompt import Confirm
from rich.text import Text

from agentcluster.cli import batch, given_input, installation, instruction
from agentcluster.cli import run_choice as choice
from agentcluster.cli.client import Api
from agentcluster.cli.errors import INTERRUPTED, OK, RUN_FAILED, CliError
from agentcluster.cli.finding import find_workflow, version_number
from agentcluster.cli.output import console, errors, print_json
from agentcluster.cli.progress import Progress
from agentcluster.cli.run_choice import labels
from agentcluster.cli.values import show_output
from agentcluster.cli.watching import duration, watch

HELP = """Start a workflow and follow it to its end: one that there is, or one planned from an instruction in words.

An instruction (English or Chinese) is planned with the agents that run at this moment. The plan is shown step by step
and run once you agree; --yes and --json do not ask, --dry-run only shows it. A file that the instruction names is taken
from here.

Examples:

  agent-coordinator run "analyse sales_q3.csv and draw the trend"

  agent-coordinator run analyse-sales --file sales_q3.csv

  agent-coordinator run --workflow analyse-sales --file sales_q3.csv

  agent-coordinator run --workflow greet --input name=Ada --input times=3 --json

  agent-coordinator run --workflow import --file orders=orders.csv --file prices=prices.csv --no-watch

  agent-coordinator run --workflow greet --batch names.jsonl --priority low --label team=sales
"""


TITLE: Final = 200
"""Longer than this no workflow's title is."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=HELP)(run)


def run(
    what: Annotated[
        str, typer.Argument(help="Name or id of the workflow, or what is to be done in words", show_default=False)
    ] = "",
    *,
    workflow: Annotated[str, typer.Option("--workflow", "-w", help="The same, as an option")] = "",
    file: Annotated[list[str] | None, typer.Option("--file", "-f", help="File to upload: path, or input=path")] = None,
    given: Annotated[list[str] | None, typer.Option("--input", "-i", help="name=value; may be repeated")] = None,
    input_json: Annotated[str, typer.Option("--input-json", help="JSON file with the input; - reads it here")] = "",
    version: Annotated[str, typer.Option("--version", help="A published number, or draft; else the newest")] = "",
    project: Annotated[str, typer.Option("--project", help="Slug of the project, where names are ambiguous")] = "",
    priority: Annotated[str, typer.Option("--priority", help="high, normal or low; else the workflow's own")] = "",
    label: Annotated[list[str] | None, typer.Option("--label", "-l", help="name=value; may be repeated")] = None,
    many: Annotated[str, typer.Option("--batch", help="JSON Lines file: a run for each line, none is followed")] = "",
    key: choice.Key = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan of an instruction")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Run the plan of an instruction without asking")] = False,
    watching: Annotated[bool, typer.Option("--watch/--no-watch", help="Follow the run to its end")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as JSON")] = False,
) -> int:
    """Start a run; return 0 when it completes, 1 when it does not."""
    if bool(what) == bool(workflow):
        raise CliError(
            "Say which workflow, once: agent-coordinator run <name>. `agent-coordinator workflows` lists them."
        )
    if many and (file or given or input_json):
        raise CliError("With --batch the inputs stand in the file: leave --file, --input and --input-json out.")
    if many and key:
        raise CliError(
            "With --batch each line of the file has an idempotency_key of its own; leave --idempotency-key out."
        )
    how = ({"priority": priority} if priority else {}) | ({"labels": named} if (named := labels(label or [])) else {})
    with Api(installation.find()) as api:
        found = _named(api, what, project, version) if what else find_workflow(api, workflow, project)
        if found is None:
            if version or many:
                raise CliError(f"There is no workflow called “{what}”; --version and --batch need one.")
            asked = instruction.read(what, project, files=file or [], pairs=given or [], document=input_json)
            how |= {"key": key} if key else {}
            return _planned(api, asked, how, dry_run=dry_run, yes=yes, watching=watching, as_json=as_json)
        if dry_run:
            raise CliError(f"--dry-run shows the plan of an instruction; {found['name']} is a workflow.")
        wanted = version_number(version)
        common = {"version": wanted} if wanted else {}
        if many:
            common |= {"priority": priority} if priority else {}
            return batch.start(api, found, many, common, named, as_json=as_json)
        schema = given_input.start_schema(_graph(api, found, wanted))
        value = given_input.build(
            api, schema, found["project"]["slug"], files=file or [], pairs=given or [], source=input_json
        )
        started = api.post(f"workflows/{found['id']}/runs", {"input": value, **common, **how}, key=key or str(uuid4()))
        return _started(api, started, watching=watching, as_json=as_json)


def _named(api: Api, what: str, project: str, version: str) -> dict[str, Any] | None:
    """Return the workflow of this name, id or title; None for an instruction. ``CliError`` for a name that is none.

    Plans are called after their instruction: such a title counts once it was published, or where a version is asked for.
    """
    if " " not in what.strip() and what.isascii():
        return find_workflow(api, what.strip(), project)
    rows = api.rows("workflows", 2, search=what, project=project) if len(what) <= TITLE else []
    same = [row for row in rows if row["title"] == what.strip() and (row["published_version"] or version)]
    return same[0] if len(same) == 1 else None


def _planned(
    api: Api,
    asked: instruction.Instruction,
    how: dict[str, Any],
    *,
    dry_run: bool,
    yes: bool,
    watching: bool,
    as_json: bool,
) -> int:
    plan = instruction.plan(api, asked)
    if not as_json:
        instruction.show(plan)
    elif dry_run:
        print_json(plan)
    if dry_run:
        return OK
    started = instruction.start(api, asked, plan, yes=yes or as_json, **how)
    return _started(api, started, watching=watching, as_json=as_json)


def _started(api: Api, run: dict[str, Any], *, watching: bool, as_json: bool) -> int:
    if watching:
        return _follow(api, run, as_json)
    if as_json:
        print_json(run)
    else:
        console.print(f"Started run {run['id']}. Follow it: {api.url}/runs/{run['id']}")
    return OK


def _graph(api: Api, workflow: dict[str, Any], version: int | str | None) -> dict[str, Any]:
    number = version if isinstance(version, int) else workflow["published_version"]
    if version == "draft":
        draft: dict[str, Any] = api.get(f"workflows/{workflow['id']}")["draft"]["graph"]
        return draft
    if number is None:
        raise CliError(f"{workflow['name']} has no published version yet: publish it, or run it with --version draft.")
    graph: dict[str, Any] = api.get(f"workflows/{workflow['id']}/versions/{number}")["graph"]
    return graph


def _follow(api: Api, run: dict[str, Any], as_json: bool) -> int:
    if not as_json:
        console.print(Text(f"{run['workflow']['title']}  {run['id']}", style="bold"))
    try:
        progress = watch(api, run, console, quiet=as_json)
    except KeyboardInterrupt:
        return _interrupted(api, run["id"])
    if as_json:
        print_json(api.get(f"runs/{run['id']}"))
    else:
        _show_end(api, run["id"], progress)
    return OK if progress.status == "completed" else RUN_FAILED


def _show_end(api: Api, run_id: str, progress: Progress) -> None:
    if progress.status == "completed":
        console.print(Text(f"Completed in {duration(progress.now - progress.started)}", style="bold green"))
        show_output(console, progress.output, f"{api.url}/api/v1/runs/{run_id}/artifacts")
    elif progress.error:
        step = progress.error.get("step", "")
        title = progress.steps[step].title if step in progress.steps else step
        where = f" at “{title}”" if title else ""
        errors.print(Text(f"Failed{where}: {progress.error['message']}", style="bold red"))
    elif progress.status == "continued":
        errors.print(Text(f"Goes on as run {progress.next_run}: agent-coordinator runs watch {progress.next_run}"))
    else:
        errors.print(Text(progress.status.capitalize(), style="bold magenta"))
    console.print(Text(f"{api.url}/runs/{run_id}", style="dim"))


def _interrupted(api: Api, run_id: str) -> int:
    """Leave the run going unless the user, asked, wants it cancelled."""
    if errors.is_terminal and Confirm.ask("\nCancel the run, too?", default=False, console=errors):
        api.post(f"runs/{run_id}/cancel", {"reason": "Cancelled on the command line"})
        errors.print(f"Run {run_id} was told to stop.")
    else:
        errors.print(f"\nRun {run_id} goes on. To cancel it: agent-coordinator cancel {run_id}")
    return INTERRUPTED
