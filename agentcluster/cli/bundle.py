"""``bundle``: make, check, send and list bundles of agents."""

import re
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from agentcluster.cli import bundle_decide, bundle_keys, bundle_refused, installation
from agentcluster.cli.bundle_example import write_example
from agentcluster.cli.bundle_finding import find_bundle
from agentcluster.cli.bundle_folder import build as build_bundle
from agentcluster.cli.client import Api
from agentcluster.cli.errors import BAD_INPUT, OK, CliError, RefusedError
from agentcluster.cli.output import console, errors, print_json, print_rows
from agentcluster.cli.values import size
from agents.bundles.checking import check_bundle
from agents.domain.bundle import Inspection
from agents.domain.bundle.limits import ZIP_MAX_BYTES

HELP: Final = """Bundles: agents as zips, that nodes run in a sandbox once somebody approved them (docs/bundles.md)."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
bundle_app = typer.Typer(help=HELP, no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Zip = Annotated[Path, typer.Argument(help="The bundle's zip")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(bundle_app, name="bundle")
    for command in (init, build, check, push):
        bundle_app.command()(command)
    bundle_app.command("list")(list_bundles)
    bundle_app.command()(show)
    bundle_decide.add_to(bundle_app)
    bundle_refused.add_to(bundle_app)
    bundle_keys.add_to(bundle_app)


def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty, or not there yet")],
    name: Annotated[str, typer.Option("--name", help="The agent's name; the folder's when absent")] = "",
    as_json: Json = False,
) -> int:
    """Write a small, complete agent to start from. Example: agent-coordinator bundle init word-count"""
    called = name or folder.resolve().name.lower().replace("_", "-").replace(" ", "-")
    if not _NAME.fullmatch(called) or len(called) > 80:
        raise CliError(f"“{called}” is no name for an agent: lower-case words joined by “-”. Give one with --name.")
    files = write_example(folder, called)
    if as_json:
        print_json({"folder": str(folder), "name": called, "files": files})
    else:
        console.print(Text(f"{folder}: {', '.join(files)}"))
        errors.print(Text(f"Next: agent-coordinator bundle build {folder}", style="dim"))
    return OK


def build(
    folder: Annotated[Path, typer.Argument(help="The folder with agent.yaml")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The zip; <name>-<version>.zip when absent")
    ] = None,
    key: Annotated[Path | None, typer.Option("--sign", help="Private key that signs it, made by keygen")] = None,
    as_json: Json = False,
) -> int:
    """Make a bundle of a folder and check it as the server will. Exit code 2 when a check fails, and nothing is written.

    Fields that agent.yaml leaves out (name, version, title, description, capabilities, intent) are taken from the code,
    which is imported for that.

    Examples:

      agent-coordinator bundle build word-count

      agent-coordinator bundle build word-count -o dist/word-count.zip --sign release.key
    """
    data, found = build_bundle(folder, bundle_keys.read_private(key) if key else None)
    target = output
    if found.manifest is not None and found.ok:
        target = output or Path(f"{found.manifest.name}-{found.manifest.version}.zip")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            raise CliError(f"{target} cannot be written: {error.strerror}.", field="--output") from error
    return _tell(found, as_json, str(target or ""))


def check(file: Zip, as_json: Json = False) -> int:
    """Check a zip here, as the server will, without sending it. Exit code 2 when a check fails.

    Example: agent-coordinator bundle check word-count-1.0.0.zip
    """
    try:
        with file.open("rb") as opened:
            return _tell(check_bundle(opened), as_json, str(file))
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.") from error


def push(
    file: Zip,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Let the server check it and keep nothing")] = False,
    as_json: Json = False,
) -> int:
    """Send a bundle to the server, where it waits for somebody to approve it. Exit code 2 when it is refused.

    Example: agent-coordinator bundle push word-count-0.1.0.zip
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.") from error
    if len(data) > ZIP_MAX_BYTES:
        raise CliError(f"{file} has {size(len(data))}; at most {ZIP_MAX_BYTES // 1024**2} MB are taken.")
    with Api(installation.find()) as api:
        try:
            row = api.send_file("bundles", file.name, data, dry_run="true" if dry_run else "")
        except RefusedError as error:
            if not as_json:
                print_checks(error.data.get("checks") or [])
            raise
    if as_json:
        print_json(row)
        return OK
    print_checks(row["checks"])
    called = (f"{row['agent']}@{row['version']}", "bold")
    console.print(Text.assemble(called, f": {row['status']}, {row['identity']}"), soft_wrap=True)
    if row["status"] == "quarantined":
        errors.print(Text(f"Next: agent-coordinator bundle approve {row['agent']}@{row['version']}", style="dim"))
    return OK


def list_bundles(
    status: Annotated[str, typer.Option("--status", help="quarantined, approved or rejected")] = "",
    agent: Annotated[str, typer.Option("--agent", help="Only of this agent")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many")] = 100,
    as_json: Json = False,
) -> int:
    """List bundles, newest first. Example: agent-coordinator bundle list --status quarantined"""
    with Api(installation.find()) as api:
        rows = api.rows("bundles", limit, status=status, agent=agent)
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [_row(row) for row in rows], "There are no bundles. Make one: agent-coordinator bundle init my-agent"
        )
    return OK


def show(
    bundle: bundle_decide.Which,
    as_json: Json = False,
) -> int:
    """Show a bundle: its checks, its files, what was decided. Example: agent-coordinator bundle show word-count@1.0.0"""
    with Api(installation.find()) as api:
        digest = find_bundle(api, bundle)
        row, files = api.get(f"bundles/{digest}"), api.rows(f"bundles/{digest}/files", 10_000)
        decisions = api.rows(f"bundles/{digest}/decisions", 100)
    if as_json:
        print_json({**row, "files": files, "decisions": decisions})
        return OK
    print_rows([_row(row)], "")
    for each in decisions or [{**row, "by": None, "at": ""}]:
        by = f" by {each['by']}" if each["by"] else ""
        at = f"{each['at'][:16].replace('T', ' ')}  " if each["at"] else ""
        console.print(Text(f"{at}{each['status']}{by}{': ' if each['note'] else ''}{each['note']}"), soft_wrap=True)
    if row["zip_removed_at"]:
        console.print(
            Text(f"The zip was removed on {row['zip_removed_at'][:10]}; push the same content to get it back.")
        )
    print_checks(row["checks"])
    for each in files:
        console.print(Text(f"  {size(each['size']):>9}  {each['path']}"))
    return OK


def print_checks(checks: list[dict[str, Any]]) -> None:
    """Print each check with its outcome, as a table."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for each in checks:
        mark = Text("ok", "green") if each["ok"] else Text("FAILED", "bold red")
        path = Text(f"{each['path']}: ", "bold") if each["path"] else Text()
        table.add_row(mark, Text(each["name"]), Text.assemble(path, each["message"]))
    console.print(table)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    signature = row["signature"]
    network = "granted" if row["network_granted"] else "asked" if row["network_asked"] else "no"
    return {
        "digest": row["digest"][:8],
        "bundle": f"{row['agent']}@{row['version']}",
        "status": row["status"],
        "signature": signature["key_name"] or signature["state"].replace("_", " "),
        "network": network,
        "size": size(row["size"]),
        "uploaded": f"{(row['uploaded_at'] or '')[:10]} by {row['uploaded_by'] or '-'}",
    }


def _tell(found: Inspection, as_json: bool, file: str) -> int:
    if as_json:
        told = msgspec.to_builtins(found)
        print_json(
            {"file": file, **{name: told[name] for name in ("ok", "identity", "size", "checks", "files", "manifest")}}
        )
        return OK if found.ok else BAD_INPUT
    print_checks(msgspec.to_builtins(found.checks))
    if not found.ok or found.manifest is None:
        faults = sum(not each.ok for each in found.checks)
        raise CliError(f"{faults} check{'s' if faults != 1 else ''} failed; the server would refuse this bundle.")
    called = (f"{found.manifest.name}@{found.manifest.version}", "bold")
    console.print(Text.assemble(called, f"  {found.identity}"), soft_wrap=True)
    for each in found.files:
        console.print(Text(f"  {size(each.size):>9}  {each.path}"))
    console.print(Text(f"{file}: {size(found.size)}, {len(found.files)} files"))
    return OK
