"""``runs``, ``runs show``, ``cancel``, ``workflows``."""

from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli import run_choice as choice
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, RUN_FAILED
from agentcluster.cli.output import console, print_json, print_rows, require_behind
from agentcluster.cli.progress import Progress
from agentcluster.cli.values import show_output
from agentcluster.cli.watching import table, watch

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=5000, help="At most so many")]
runs_app = typer.Typer(help="List runs, look at them, steer them.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(runs_app, name="runs")
    app.command("cancel")(cancel)
    app.command("workflows")(workflows)


@runs_app.callback()
def runs(
    context: typer.Context,
    status: choice.Status = None,
    search: choice.Search = "",
    limit: Limit = 20,
    as_json: Json = False,
) -> int:
    """List runs, look at them, steer them. Example: agent-coordinator runs --status failed --limit 5"""
    if context.invoked_subcommand:
        require_behind(context, as_json)
        return OK
    return list_runs(status=status, search=search, limit=limit, as_json=as_json)


@runs_app.command("list")
def list_runs(
    *,
    status: choice.Status = None,
    workflow: choice.Workflow = "",
    project: choice.Project = "",
    search: choice.Search = "",
    since: choice.Since = "",
    until: choice.Until = "",
    priority: choice.Priority = "",
    label: choice.Label = None,
    trigger: choice.Trigger = "",
    origin: choice.Origin = "",
    limit: Limit = 20,
    as_json: Json = False,
) -> int:
    """List runs, newest first. Example: agent-coordinator runs list --workflow orders --status failed --since 2h"""
    with Api(installation.find()) as api:
        chosen = choice.filters(
            api, status=status, workflow=workflow, project=project, search=search, since=since, until=until,
            priority=priority, label=label, trigger=trigger, origin=origin,
        )  # fmt: skip
        rows = api.rows("runs", limit, **choice.as_query(chosen))
    if as_json:
        print_json(rows)
    else:
        print_rows([row(run) for run in rows], "There are no runs. Start one: agent-coordinator run --help")
    return OK


def row(run: dict[str, Any]) -> dict[str, Any]:
    """Return what a table shows of a run."""
    return {
        "id": run["id"],
        "workflow": run["workflow"]["name"],
        "version": run["version"] or "draft",
        "status": run["status"],
        "steps": f"{run['steps_done']}/{run['steps_total']}",
        "started": run["created_at"][:19].replace("T", " "),
        "by": run["created_by"],
        "why": run.get("reason") or (run["error"] or {}).get("message"),
    }


@runs_app.command("show")
def show(run_id: str, as_json: Json = False) -> int:
    """Show a run's steps and its output; exit code 1 when it failed or was cancelled."""
    with Api(installation.find()) as api:
        run = api.get(f"runs/{run_id}")
        if as_json:
            print_json(run)
        else:
            _show(api, run)
    return RUN_FAILED if run["status"] in ("failed", "cancelled", "terminated") else OK


def _show(api: Api, run: dict[str, Any]) -> None:
    progress, terminal = Progress(run["graph"]), False
    while not terminal:
        page = api.get(f"runs/{run['id']}/events", after=progress.cursor)
        for record in page["events"]:
            progress.apply(record)
        terminal = page["terminal"] or not page["events"]
    console.print(Text(f"{run['workflow']['title']}  {run['id']}  {progress.status}", style="bold"))
    console.print(table(progress))
    if progress.error:
        console.print(Text(progress.error["message"], style="red"))
    elif progress.status == "completed":
        show_output(console, progress.output, f"{api.url}/api/v1/runs/{run['id']}/artifacts")


@runs_app.command("watch")
def watch_run(run_id: str, as_json: Json = False) -> int:
    """Follow a run to its end, from wherever it is. Ctrl-C leaves it going."""
    with Api(installation.find()) as api:
        progress = watch(api, api.get(f"runs/{run_id}"), console, quiet=as_json)
        if as_json:
            print_json(api.get(f"runs/{run_id}"))
    return OK if progress.status == "completed" else RUN_FAILED


def cancel(
    run_id: str,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who look at the run later")] = "",
    as_json: Json = False,
) -> int:
    """Ask a run to stop. Example: agent-coordinator cancel 01m7zzttch… --reason "wrong file" """
    with Api(installation.find()) as api:
        run = api.post(f"runs/{run_id}/cancel", {"reason": reason})
    if as_json:
        print_json(run)
    else:
        console.print(f"Run {run_id} was told to stop.")
    return OK


def workflows(
    *,
    search: Annotated[str, typer.Option("--search", help="Part of the title, the name or the description")] = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> int:
    """List workflows."""
    with Api(installation.find()) as api:
        rows = api.rows("workflows", limit, search=search)
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [
                {
                    "name": row["name"],
                    "title": row["title"],
                    "project": row["project"]["slug"],
                    "published": row["published_version"] or "no",
                    "last run": (row["last_run"] or {}).get("status"),
                }
                for row in rows
            ],
            "There are no workflows yet.",
        )
    return OK
