"""``drain``, ``stop-node``: what nodes are told to do."""

from typing import Annotated

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.output import console, print_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Node = Annotated[str, typer.Argument(help="Name or id")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("drain")(drain)
    app.command("stop-node")(stop_node)


def drain(
    node: Node,
    off: Annotated[bool, typer.Option("--off", help="Let it take work again")] = False,
    as_json: Json = False,
) -> int:
    """Let a node take no new work; its instances of deployments go to other nodes, calls at work finish.

    Examples: agent-coordinator drain berlin-1; agent-coordinator drain berlin-1 --off
    """
    with Api(installation.find()) as api:
        answer = api.post(f"nodes/{node}/drain", {"on": not off})
    if as_json:
        print_json(answer)
    else:
        console.print(
            Text(f"{node} takes work again." if off else f"{node} takes no new work; its slots go elsewhere.")
        )
    return OK


def stop_node(node: Node, as_json: Json = False) -> int:
    """End a node in good order; whoever supervises its process may start it again.

    Example: agent-coordinator stop-node berlin-1
    """
    with Api(installation.find()) as api:
        answer = api.post(f"nodes/{node}/stop")
    if as_json:
        print_json(answer)
    else:
        console.print(Text(f"{node} is stopping; it is gone within 25 seconds."))
    return OK
