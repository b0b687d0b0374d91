"""The gateway: start one, see where it is, and who may join through it."""

from typing import Annotated

import typer

from agentcluster.cli import installation
from agentcluster.cli.errors import OK, CliError, UnreachableError
from agentcluster.cli.output import console, print_json
from agentcluster.cli.server import Json, LogJson, account, database
from agentcluster.up import address

gateway_app = typer.Typer(
    help="Gateways, through which agents in any language join (docs/gateways.md).", no_args_is_help=True
)
User = Annotated[str, typer.Argument(help="User name")]
Agent = Annotated[str, typer.Argument(help="An agent's name, or '*' for every one")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(gateway_app, name="gateway")


@gateway_app.callback()
def gateway() -> None:
    """Gateways, through which agents in any language join."""


@gateway_app.command("start")
def start(
    *,
    name: Annotated[str, typer.Option("--name", help="What its node is called")] = "gateway",
    region: Annotated[str, typer.Option("--region", help="Where it is")] = "",
    host: Annotated[str, typer.Option("--host", help="The address to listen on")] = "127.0.0.1",
    grpc_port: Annotated[int | None, typer.Option("--grpc-port", min=0, max=65535, help="Of gRPC")] = None,
    ws_port: Annotated[int | None, typer.Option("--ws-port", min=0, max=65535, help="Of WebSockets")] = None,
    as_json: LogJson = False,
) -> int:
    """Start a gateway here and keep it running until Ctrl-C.

    Example: agent-coordinator gateway start --name edge --host 0.0.0.0
    """
    given = {"--region": region, "--grpc-port": grpc_port, "--ws-port": ws_port}
    options = [part for option, value in given.items() if value not in (None, "") for part in (option, str(value))]
    with database(log_json=as_json):
        from django.core.management import call_command

        call_command("rungateway", "--name", name, "--host", host, *options)
    return OK


@gateway_app.command("address")
def show_address(as_json: Json = False) -> int:
    """Print where the gateway of the installation on this machine listens.

    Example: agent-coordinator gateway address --json
    """
    here = address.read(installation.home())
    if here is None or not here.grpc_port:
        raise UnreachableError(
            "No AgentCluster runs on this machine with this AGENTCLUSTER_HOME; start it with make up."
        )
    host = here.url.partition("://")[2].rpartition(":")[0]
    found = {"grpc": f"{host}:{here.grpc_port}", "ws": f"ws://{host}:{here.ws_port}/gateway/ws"}
    if as_json:
        print_json(found)
    else:
        console.print(f"gRPC       {found['grpc']}\nWebSocket  {found['ws']}", soft_wrap=True)
    return OK


@gateway_app.command("grant")
def grant(  # noqa: PLR0917 - options are given by name
    user: User,
    agent: Agent,
    join: Annotated[bool, typer.Option("--join", help="Join the cluster as this agent")] = False,
    register: Annotated[bool, typer.Option("--register", help="Register new versions of it when joining")] = False,
    call: Annotated[bool, typer.Option("--call", help="Give it tasks")] = False,
    as_json: Json = False,
) -> int:
    """Let a user's API tokens do exactly this at the gateways.

    Example: agent-coordinator gateway grant edge-devices thermometer --join
    """
    with database():
        from agents.gateway.access import Right
        from agents.gateway.actions.save_grant import save_grant

        wanted = {Right.JOIN: join, Right.REGISTER: register, Right.CALL: call}
        saved = save_grant(account(user), agent, [right for right, is_wanted in wanted.items() if is_wanted])
    rights = [right.value for right, is_wanted in wanted.items() if is_wanted]
    if as_json:
        print_json({"user": user, "agent": agent, "rights": rights})
    else:
        console.print(str(saved) + ".", soft_wrap=True)
    return OK


@gateway_app.command("revoke")
def revoke(user: User, agent: Agent, as_json: Json = False) -> int:
    """Take a grant away; who is connected by it is let go within ten seconds.

    Example: agent-coordinator gateway revoke edge-device sensor-reader
    """
    with database():
        from agents.gateway.actions.revoke_grant import revoke_grant
        from agents.gateway.models import GatewayGrant

        found = GatewayGrant.objects.filter(user=account(user), agent=agent).select_related("user").first()
        if found is None:
            raise CliError(f"{user} has no grant for {agent}; see agent-coordinator gateway grants.")
        revoke_grant(found)
    if as_json:
        print_json({"user": user, "agent": agent, "rights": []})
    else:
        console.print(f"{user} may do nothing as {agent} any more.", soft_wrap=True)
    return OK


@gateway_app.command("grants")
def grants(as_json: Json = False) -> int:
    """List who may do what at the gateways. Superusers may do everything.

    Example: agent-coordinator gateway grants --json
    """
    with database():
        from agents.gateway.models import GatewayGrant

        rows = [
            {
                "user": row.user.get_username(),
                "agent": row.agent,
                "rights": [name for name in ("join", "register", "call") if getattr(row, f"may_{name}")],
            }
            for row in GatewayGrant.objects.select_related("user")
        ]
    if as_json:
        print_json(rows)
    elif not rows:
        console.print("There are no grants: only superusers may use the gateways.")
    for row in [] if as_json else rows:
        console.print(f"{row['user']}  {row['agent']}  {', '.join(row['rights'])}", soft_wrap=True)
    return OK
