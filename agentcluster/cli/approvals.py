"""``approvals``: what people are waited for, over all runs."""

from typing import Annotated

import typer

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.finding import find_workflow
from agentcluster.cli.output import print_json, print_rows, require_behind

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
approvals_app = typer.Typer(help="What people are waited for.", invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(approvals_app, name="approvals")


@approvals_app.callback()
def approvals(context: typer.Context, as_json: Json = False) -> int:
    """What people are waited for."""
    if context.invoked_subcommand:
        require_behind(context, as_json)
        return OK
    return list_approvals(as_json=as_json)


@approvals_app.command("list")
def list_approvals(
    *,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you may decide")] = False,
    workflow: Annotated[str, typer.Option("--workflow", "-w", help="Name or id of a workflow")] = "",
    run: Annotated[str, typer.Option("--run", help="Id of a run")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=5000, help="At most so many")] = 50,
    as_json: Json = False,
) -> int:
    """List open approvals, newest first; decide with `runs approve`. Example: agent-coordinator approvals list --mine"""
    with Api(installation.find()) as api:
        chosen = find_workflow(api, workflow)["id"] if workflow else ""
        rows = api.rows("approvals", limit, mine="true" if mine else "", run=run, workflow=chosen)
    if as_json:
        print_json(rows)
        return OK
    shown = [
        {
            "run": row["run"],
            "workflow": row["workflow"]["name"],
            "step": row["step"],
            "message": row["message"],
            "approvals": f"{len(row['given'])}/{row['needed']}",
            "waits for": ", ".join((*row["approvers"], *row["groups"])) or "anybody who may run it",
            "since": row["since"][:19].replace("T", " "),
            "due": (row["due"] or "")[:19].replace("T", " "),
        }
        for row in rows
    ]
    print_rows(shown, "Nobody is waited for.")
    return OK
