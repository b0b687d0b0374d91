"""``runs bulk``: what takes data of its own (a signal, a form, other inputs), to all runs that a filter finds."""

from typing import Annotated, Any

import typer

from agentcluster.cli import installation
from agentcluster.cli import run_choice as choice
from agentcluster.cli.client import Api
from agentcluster.cli.errors import CliError
from agentcluster.cli.run_bulk import carry_out
from agentcluster.cli.run_steer import Data, Json, Reason, pairs, value

HELP = """Signal, approve, reject, continue or fork all runs that a filter finds. They are counted first, and you are asked.

Examples:

  agent-coordinator runs bulk signal --name rates --data '{"date": "2026-01-31"}' --workflow orders

  agent-coordinator runs bulk approve --step check --workflow orders --since 2h --reason "Within budget" --dry-run

  agent-coordinator runs bulk continue --workflow orders --status waiting

  agent-coordinator runs bulk fork --step charge --input rate=1.1 --workflow orders --status failed
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bulk", help=HELP)(bulk)


def bulk(
    action: Annotated[str, typer.Argument(help="signal, approve, reject, continue or fork", show_default=False)],
    *,
    run_ids: choice.Ids = None,
    name: Annotated[str, typer.Option("--name", "-n", help="For signal: its name")] = "",
    signal_key: Annotated[str, typer.Option("--key", help="For signal: where the steps ask for one")] = "",
    data: Data = "",
    step: Annotated[
        str, typer.Option("--step", help="For approve, reject: this step only. For fork: begin again before it")
    ] = "",
    after: Annotated[int, typer.Option("--after", help="For fork: the last event that is taken over")] = 0,
    given: Annotated[list[str] | None, typer.Option("--input", "-i", help="For fork: name=value")] = None,
    output: Annotated[list[str] | None, typer.Option("--output", help="For fork: step=JSON; may be repeated")] = None,
    reason: Reason = "",
    status: choice.Status = None,
    workflow: choice.Workflow = "",
    project: choice.Project = "",
    search: choice.Search = "",
    since: choice.Since = "",
    until: choice.Until = "",
    label: choice.Label = None,
    everything: Annotated[bool, typer.Option("--all", help="All runs that you may act on")] = False,
    key: choice.Key = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the runs and show some")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Do it to all of them."""
    if action == "signal" and not name and not dry_run:
        raise CliError("Which signal? Give its --name.")
    if action == "fork" and not dry_run and bool(after) == bool(step):
        raise CliError("Give the event (--after) or the step (--step) to begin again at, one of the two.")
    texts = {"name": name, "key": signal_key, "step": step, "reason": reason}
    options: dict[str, Any] = {option: text for option, text in texts.items() if text}
    options |= {"data": value(data)} if data else {}
    options |= {"after": after} if after else {}
    options |= {"input": pairs(given, "--input")} if given else {}
    options |= {"outputs": pairs(output, "--output")} if output else {}
    with Api(installation.find()) as api:
        chosen = choice.filters(
            api, status=status, workflow=workflow, project=project, label=label, since=since, until=until, search=search
        )
        chosen |= {"ids": run_ids} if run_ids else {}
        if not chosen and not everything:
            raise CliError("Which runs? Give ids, a filter such as --workflow, or --all.")
        body = {"action": action, "filter": chosen, **options}
        return carry_out(api, body, key=key, dry_run=dry_run, yes=yes, as_json=as_json)
