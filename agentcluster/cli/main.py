"""``agent-coordinator``: start, watch and steer runs, apply workflows, look at the cluster, make tokens, start nodes."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from agentcluster.cli import (
    approvals,
    bundle,
    cluster,
    contract,
    dead_letters,
    deploy,
    gateway,
    instances,
    node_orders,
    policy,
    register,
    run_bulk,
    run_command,
    run_many,
    run_steer,
    runs,
    server,
    triggers,
    workflow,
)
from agentcluster.cli.errors import INTERRUPTED, OK, CliError, UsageError
from agentcluster.cli.output import print_error

HELP = """Start workflows of cooperating agents and watch them.

On the machine where [bold]make up[/bold] runs nothing has to be set. Elsewhere set AGENTCLUSTER_URL and
AGENTCLUSTER_TOKEN (made by [bold]agent-coordinator token create <user>[/bold] on the server).

Exit codes: 0 done, 1 the run failed or was cancelled (of diff: there are differences), 2 bad input,
3 AgentCluster cannot be reached, or somebody's newer draft stands in the way.

[bold]--json[/bold] after any command prints JSON; errors are JSON on standard error then.
"""


class ExitCodes(TyperGroup):
    """Makes what a command returns the exit code of the program."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command and exit with its code."""
        raise typer.Exit(super().invoke(ctx) or OK)


app = typer.Typer(
    name="agent-coordinator",
    cls=ExitCodes,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
run_command.add_to(app)
runs.add_to(app)
run_bulk.add_to(runs.runs_app)
run_steer.add_to(runs.runs_app)
run_many.add_to(runs.runs_app)
workflow.add_to(app)
approvals.add_to(app)
triggers.add_to(app)
dead_letters.add_to(app)
policy.add_to(app)
contract.add_to(app)
bundle.add_to(app)
cluster.add_to(app)
register.add_to(app)
deploy.add_to(app)
node_orders.add_to(app)
instances.add_to(app)
server.add_to(app)
gateway.add_to(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; every error becomes a sentence on standard error."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    try:
        sys.exit(app(given, prog_name="agent-coordinator", standalone_mode=not as_json))
    except CliError as error:
        print_error(error, as_json)
        sys.exit(error.exit_code)
    except typer.TyperException as error:
        print_error(UsageError(error), as_json)
        sys.exit(error.exit_code)
    except typer.Abort:
        print_error(CliError("Nothing was done."), as_json)
        sys.exit(INTERRUPTED)
