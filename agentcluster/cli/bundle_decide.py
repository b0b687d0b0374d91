"""``bundle approve``, ``reject``, ``quarantine``."""

from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.bundle_finding import find_bundle
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK
from agentcluster.cli.output import console, print_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Which = Annotated[str, typer.Argument(help="name@version, or the digest (its first 6 digits are enough)")]
Note = Annotated[str, typer.Option("--note", "-m", help="Why, for the history")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (approve, reject, quarantine):
        app.command()(command)


def approve(
    bundle: Which,
    network: Annotated[
        bool, typer.Option("--network", help="Grant the network, when the manifest asks for it")
    ] = False,
    replicas: Annotated[
        int | None, typer.Option("--replicas", min=0, max=256, help="Run so many instances at once; none when absent")
    ] = None,
    note: Note = "",
    as_json: Json = False,
) -> int:
    """Let nodes run a bundle. Example: agent-coordinator bundle approve word-count@1.0.0 --replicas 2 -m "Reviewed" """
    return _decide(bundle, "approve", {"network": network, "note": note, "replicas": replicas}, as_json)


def reject(bundle: Which, note: Note = "", as_json: Json = False) -> int:
    """Refuse a bundle for good; one that was approved is taken from the nodes.

    Example: agent-coordinator bundle reject word-count@1.0.0 --note "wants the network"
    """
    return _decide(bundle, "reject", {"note": note}, as_json)


def quarantine(bundle: Which, note: Note = "", as_json: Json = False) -> int:
    """Put a bundle back into quarantine: its instances end, and no new ones are made.

    Example: agent-coordinator bundle quarantine word-count@1.0.0 --note "under review"
    """
    return _decide(bundle, "quarantine", {"note": note}, as_json)


def _decide(given: str, how: str, body: dict[str, Any], as_json: bool) -> int:
    with Api(installation.find()) as api:
        row = api.post(f"bundles/{find_bundle(api, given)}/{how}", body)
    if as_json:
        print_json(row)
        return OK
    granted = ", with network" if row["network_granted"] else ""
    waits = "" if row["on_bus"] or row["status"] != "approved" else "; nodes get it once NATS is back"
    console.print(Text(f"{row['agent']}@{row['version']}: {row['status']}{granted}{waits}"))
    return OK
