"""``contract``: what messages look like, version by version."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import BAD_INPUT, OK, RUN_FAILED, CliError
from agentcluster.cli.output import console, print_done, print_json, print_rows
from agentcluster.cli.run_steer import Json
from agentcluster.cli.workflow import confirm

contract_app = typer.Typer(help="What messages on a subject look like (docs/contracts.md).", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the contract, such as orders.created.v1")]
SchemaFile = Annotated[str, typer.Option("--file", "-f", help="Schema: .avsc, .proto or .json; - reads standard input")]
Type = Annotated[str, typer.Option("--type", "-t", help="avro, protobuf or json; without it the file's ending says so")]
Refers = Annotated[list[str] | None, typer.Option("--reference", help="name=contract:version; may be repeated")]
ENDINGS: Final = {".avsc": "AVRO", ".proto": "PROTOBUF", ".json": "JSON"}
_STYLES: Final = {"added": ("+", "green"), "removed": ("-", "red"), "same": (" ", ""), "skipped": ("…", "dim")}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(contract_app, name="contract")
    contract_app.command("list")(list_contracts)
    for command in (show, register, check, diff, mode, level, bind, give, rejected, delete):
        contract_app.command()(command)


def list_contracts(
    *,
    search: Annotated[str, typer.Option("--search", help="Part of the name")] = "",
    system: Annotated[bool, typer.Option("--system", help="The system's own messages, too")] = False,
    as_json: Json = False,
) -> int:
    """List contracts. Example: agent-coordinator contract list --search orders"""
    with Api(installation.find()) as api:
        rows = api.rows("contracts", 5000, search=search, system="" if system else "false")
    if as_json:
        print_json(rows)
    else:
        print_rows([_row(row) for row in rows], "There are no contracts yet.")
    return OK


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "contract": row["name"],
        "type": row["latest"]["schema_type"].lower(),
        "newest": row["latest"]["version"],
        "applies to": row["pattern"],
        "project": row["project"] or "",
        "level": row["compatibility"],
        "mode": row["mode"],
        "rejected": "?" if row["rejected"] is None else row["rejected"],
    }


def show(
    *,
    name: Name,
    version: Annotated[str, typer.Option("--version", help="Number or semantic version")] = "latest",
    as_json: Json = False,
) -> int:
    """Show a contract: a schema, all versions, who uses it. Example: agent-coordinator contract show orders.created.v1"""
    with Api(installation.find()) as api:
        found, text = api.get(_path(name)), api.get(f"{_path(name)}/versions/{quote(version, safe='')}")
    if as_json:
        print_json({**found, "schema": text})
        return OK
    console.print(Text(f"{name} {text['version']} ({text['schema_type'].lower()}, schema id {text['schema_id']})"))
    console.print(Text(f"applies to {found['pattern'] or 'nothing'}; project {found['project'] or '–'}"))
    console.print(Text(text["schema"]), soft_wrap=True)
    print_rows([_version(row) for row in found["all_versions"]], "")
    used = [{name: row[name] for name in ("role", "kind", "name", "detail", "problem")} for row in found["used_by"]]
    print_rows(used, "Nobody sends or takes its messages.")
    return OK


def _version(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": row["version"],
        "number": row["number"],
        "schema id": row["schema_id"],
        "registered": row["created_at"][:19].replace("T", " "),
        "by": row["created_by"],
    }


def register(
    *,
    name: Name,
    file: SchemaFile,
    schema_type: Type = "",
    version: Annotated[str, typer.Option("--version", help="Semantic version; without it the next one")] = "",
    reference: Refers = None,
    project: Annotated[str, typer.Option("--project", help="Project a new contract belongs to; your first one")] = "",
    as_json: Json = False,
) -> int:
    """Register a schema as the next version; exit code 2 with the reasons by field when it is not compatible.

    Example: agent-coordinator contract register orders.created.v1 -f order.avsc
    """
    body = _given(file, schema_type, reference) | {"version": version, "project": project}
    with Api(installation.find()) as api:
        made = api.post(f"{_path(name)}/versions", body)
        found = {} if as_json else api.get(_path(name))
    if as_json:
        print_json(made)
        return OK
    applies = f"applies to {found['pattern']}" if found["pattern"] else "applies to nothing yet"
    told = f"number {made['number']}, schema id {made['schema_id']}, {applies}"
    console.print(Text(f"{name}: version {made['version']} ({told})"))
    return OK


def check(
    *, name: Name, file: SchemaFile, schema_type: Type = "", reference: Refers = None, as_json: Json = False
) -> int:
    """Say whether a schema would be compatible; nothing is written. Exit code 2 when it is not.

    Example: agent-coordinator contract check orders.created.v1 -f order.avsc
    """
    with Api(installation.find()) as api:
        found = api.post(f"{_path(name)}/check", _given(file, schema_type, reference))
    if as_json:
        print_json(found)
    elif found["compatible"]:
        known = found["known_version"]
        console.print(
            Text(f"Compatible ({found['compatibility']}){f'; version {known} has it already' if known else ''}.")
        )
    else:
        rows = [
            {"field": row["path"] or "/", "rule": row["rule"], "why": row["message"]}
            for row in found["incompatibilities"]
        ]
        print_rows(rows, "")
    return OK if found["compatible"] else BAD_INPUT


def diff(
    *,
    name: Name,
    old: Annotated[str, typer.Argument(help="Number or semantic version")],
    new: Annotated[str, typer.Argument(help="Number or semantic version")] = "latest",
    as_json: Json = False,
) -> int:
    """Compare two versions; exit code 1 when they differ. Example: agent-coordinator contract diff orders.created.v1 1"""
    with Api(installation.find()) as api:
        found = api.get(f"{_path(name)}/diff", old=old, new=new)
    if as_json:
        print_json(found)
    else:
        for line in found["lines"]:
            sign, style = _STYLES[line["change"]]
            text = f"{line['text']} lines are the same" if line["change"] == "skipped" else line["text"]
            console.print(Text(f"{sign} {text}", style=style), soft_wrap=True)
        for row in found["incompatibilities"]:
            console.print(Text(f"{row['path'] or '/'}: {row['message']}"), soft_wrap=True)
    return RUN_FAILED if found["lines"] else OK


def mode(
    *,
    name: Name,
    value: Annotated[str, typer.Argument(help="READWRITE or READONLY; default: as for all")],
    as_json: Json = False,
) -> int:
    """Let a contract take new versions, or none. Example: agent-coordinator contract mode orders.created.v1 READONLY"""
    return _set(name, "mode", value, as_json)


def level(
    *,
    name: Name,
    value: Annotated[str, typer.Argument(help="NONE, BACKWARD, FORWARD, FULL, … _TRANSITIVE; default: as for all")],
    as_json: Json = False,
) -> int:
    """Set the compatibility level. Example: agent-coordinator contract level orders.created.v1 FULL_TRANSITIVE"""
    return _set(name, "compatibility", value, as_json)


def bind(
    *,
    name: Name,
    subject: Annotated[
        str, typer.Argument(help="NATS subject, may have wildcards, or agent.<name>.input or .output; none: to nothing")
    ],
    as_json: Json = False,
) -> int:
    """Apply a contract to a NATS subject or an agent; for operators of contracts (docs/contracts.md).

    Example: agent-coordinator contract bind orders 'orders.*.v1'
    """
    return _set(name, "pattern", "" if subject == "none" else subject, as_json)


def give(
    *,
    name: Name,
    project: Annotated[str, typer.Argument(help="Slug of the project; none: to no project")],
    as_json: Json = False,
) -> int:
    """Give a contract to a project, whose editors may change it; for operators of contracts.

    Example: agent-coordinator contract give orders.created.v1 sales
    """
    return _set(name, "project", "" if project == "none" else project, as_json)


def _set(name: str, field: str, value: str, as_json: bool) -> int:
    given = value if field in ("pattern", "project") else "" if value == "default" else value.upper()
    with Api(installation.find()) as api:
        row = api.patch(_path(name), {field: given})
    print_done(row, f"{name}: {row[field] or 'none'}", as_json)
    return OK


def rejected(
    *,
    name: Name,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="At most so many")] = 20,
    clear: Annotated[bool, typer.Option("--clear", help="Forget them and count from 0")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """List messages that broke the contract, newest first. Example: agent-coordinator contract rejected orders.created.v1"""
    with Api(installation.find()) as api:
        if clear:
            confirm(f"Forget the rejected messages of {name}?", yes=yes)
            api.delete(f"{_path(name)}/rejected")
            print_done({"name": name, "cleared": True}, f"{name}: cleared", as_json)
            return OK
        found = api.get(f"{_path(name)}/rejected", limit=limit)
    if as_json:
        print_json(found["results"])
        return OK
    print_rows([_rejected(row) for row in found["results"]], "No message broke this contract.")
    return OK


def _rejected(row: dict[str, Any]) -> dict[str, Any]:
    first = row["errors"][0] if row["errors"] else {"field": "", "message": ""}
    return {
        "at": row["at"][:19].replace("T", " "),
        "when": row["side"],
        "field": first["field"] or "/",
        "why": first["message"],
        "payload": row["payload"][:80],
    }


def delete(
    *,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    as_json: Json = False,
) -> int:
    """Delete a contract; messages are free again. Example: agent-coordinator contract delete orders.created.v1 --yes"""
    confirm(f"Delete the contract {name}?", yes=yes)
    with Api(installation.find()) as api:
        api.delete(_path(name))
    print_done({"name": name, "deleted": True}, f"{name}: deleted", as_json)
    return OK


def _path(name: str) -> str:
    return f"contracts/{quote(name, safe='')}"


def _given(file: str, schema_type: str, references: list[str] | None) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"{file} cannot be read: {error}", field="--file") from error
    kind = schema_type.upper() or ENDINGS.get(Path(file).suffix, "")
    if kind not in ENDINGS.values():
        raise CliError("Say of which type the schema is: --type avro, protobuf or json.", field="--type")
    return {"schema": text, "schema_type": kind, "references": [_reference(each) for each in references or []]}


def _reference(text: str) -> dict[str, Any]:
    name, _, target = text.partition("=")
    subject, _, version = target.rpartition(":")
    if not name or not subject or not version.isdigit():
        raise CliError(f"“{text}” is no reference; write name=contract:version, such as money.proto=money.v1:2.")
    return {"name": name, "subject": subject, "version": int(version)}
