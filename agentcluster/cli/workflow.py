"""``workflow``: list, export, publish and delete workflows; their versions, and the way back to one."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.prompt import Confirm
from rich.text import Text

from agentcluster.cli import installation, workflow_apply
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.finding import find_workflow
from agentcluster.cli.output import console, errors, print_done, print_json, print_rows
from agentcluster.cli.runs import workflows
from agentcluster.cli.workflow_apply import Json, Project

workflow_app = typer.Typer(
    help="Workflows as code: documents in files, applied, compared, exported, published.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Name or id of the workflow")]
Out = Annotated[str, typer.Option("--output", "-o", help="File to write to; standard output when absent")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(workflow_app, name="workflow")
    workflow_app.command("list")(workflows)
    for name, command in _COMMANDS.items():
        workflow_app.command(name)(command)


def export(
    *,
    name: Name,
    version: Annotated[str, typer.Option("--version", help="A published number, or draft")] = "draft",
    form: Annotated[str, typer.Option("--format", help="yaml or json; by --output's name when absent")] = "",
    output: Out = "",
    project: Project = "",
    as_json: Json = False,
) -> int:
    """Print a workflow as a document, or write it to a file. With --json the document is JSON, or the file is named.

    Examples:

      agent-coordinator workflow export orders > orders.yaml

      agent-coordinator workflow export orders --version 3 -o orders-v3.json
    """
    if as_json and form == "yaml" and not output:
        raise CliError("--json prints JSON: leave --format yaml out, or give --output.", field="--format")
    form = form or ("json" if output.endswith(".json") or (as_json and not output) else "yaml")
    with Api(installation.find()) as api:
        found = find_workflow(api, name, project)
        text = api.text(f"workflows/{found['id']}/export", format=form, version=version)
    if not output:
        typer.echo(text, nl=False)
        return OK
    write(output, [text.encode()])
    print_written(output, as_json)
    return OK


def print_written(path: str, as_json: bool) -> None:
    """Print where a file was written to; people read it on standard error, where no document is."""
    if as_json:
        print_json({"file": path})
    else:
        errors.print(Text(f"Written to {path}"))


def write(path: str, pieces: Iterable[bytes]) -> None:
    """Write a file, piece by piece; ``CliError`` when that cannot be done."""
    try:
        with Path(path).open("wb") as file:
            for piece in pieces:
                file.write(piece)
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}.", field="--output") from error


def versions(*, name: Name, project: Project = "", as_json: Json = False) -> int:
    """List the published versions of a workflow, newest first. Example: agent-coordinator workflow versions orders"""
    with Api(installation.find()) as api:
        rows = api.rows(f"workflows/{find_workflow(api, name, project)['id']}/versions", 1000)
    if as_json:
        print_json(rows)
    else:
        print_rows([_version(row) for row in rows], "Nothing is published yet.")
    return OK


def _version(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": row["number"],
        "published": row["published_at"][:19].replace("T", " "),
        "by": row["published_by"],
        "open runs": row["open_runs"],
        "note": row["note"],
        "digest": row["digest"][:19],
    }


def restore(
    *,
    name: Name,
    version: Annotated[int, typer.Argument(min=1, help="Number of a published version")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit trail")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    project: Project = "",
    as_json: Json = False,
) -> int:
    """Make the draft of a workflow a published version again. Example: agent-coordinator workflow restore orders 3 --yes

    What only the draft has is lost; versions and runs stay as they are, and new runs use the newest version until the
    draft is published. Steps call the agent versions they were published with.

    Exit codes: 0 done, 2 there is no such version, 3 somebody saved a newer draft meanwhile.

    Examples:

      agent-coordinator workflow diff orders --from 3 --to draft

      agent-coordinator workflow restore orders 3 --reason "Version 4 is slow"
    """
    with Api(installation.find()) as api:
        found = find_workflow(api, name, project)
        if not yes:
            lost = api.get(f"workflows/{found['id']}/diff", to=str(version), **{"from": "draft"})
            confirm(_restoring(found, version, lost["changes"]), yes=False)
        path = f"workflows/{found['id']}/versions/{version}/restore"
        draft = api.change("POST", path, {"reason": reason}, found["draft_revision"])
    told = {key: value for key, value in draft.items() if key != "graph"}
    sentence = f"{found['name']}: the draft is version {version} again (revision {draft['revision']})"
    print_done({"id": found["id"], "name": found["name"], "version": version, **told}, sentence, as_json)
    for each in [] if as_json else draft["problems"]:
        errors.print(Text(f"{each['node'] or found['name']}: {each['message']} ({each['code']})"), soft_wrap=True)
    return OK


def _restoring(found: dict[str, Any], version: int, changes: dict[str, Any]) -> str:
    """Return the question before the draft is replaced, with what is lost by it."""
    steps = {what: [node["id"] for node in changes["nodes"] if node["what"] == what] for what in ("removed", "changed")}
    only = f" Only the draft has {', '.join(steps['removed'])}." if steps["removed"] else ""
    differ = f" Not the same in both: {', '.join(steps['changed'])}." if steps["changed"] else ""
    who = f"revision {found['draft_revision']}, saved by {found['updated_by'] or 'somebody'}"
    return f"{found['name']}: its draft ({who}) goes.{only}{differ} Put version {version} in its place?"


def publish(
    *,
    name: Name,
    note: Annotated[str, typer.Option("--note", help="What is new, for the history")] = "",
    project: Project = "",
    as_json: Json = False,
) -> int:
    """Publish the draft of a workflow as its next version. Example: agent-coordinator workflow publish orders --note "Faster" """
    with Api(installation.find()) as api:
        found = find_workflow(api, name, project)
        version = api.publish(f"workflows/{found['id']}/publish", {"note": note}, found["draft_revision"])
    if as_json:
        print_json(version)
    elif version["number"] == found["published_version"]:
        console.print(Text(f"{found['name']}: unchanged since version {version['number']}"))
    else:
        console.print(Text(f"{found['name']}: published as version {version['number']}"))
    return OK


def delete(
    *,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also when published workflows have it inside")] = False,
    project: Project = "",
    as_json: Json = False,
) -> int:
    """Delete a workflow with its versions and its finished runs. Example: agent-coordinator workflow delete orders --yes

    One that runs inside others stays, and they are named; with --force it goes, unless runs of theirs have not ended.
    """
    with Api(installation.find()) as api:
        found = find_workflow(api, name, project)
        question = f"Delete {found['name']} ({found['title']}) with its versions, finished runs and triggers?"
        confirm(question, yes=yes)
        api.delete(f"workflows/{found['id']}", force="true" if force else "")
    print_done({"id": found["id"], "name": found["name"], "deleted": True}, f"{found['name']}: deleted", as_json)
    return OK


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless told ``yes``; where nobody can be asked, or the answer is no, ``CliError``."""
    if yes:
        return
    if not errors.is_terminal:
        raise CliError(f"{question} Say --yes to do it.")
    if not Confirm.ask(question, default=False, console=errors):
        raise CliError("Nothing was done.")


_COMMANDS: Final[dict[str, Callable[..., int]]] = {
    "export": export,
    "apply": workflow_apply.apply,
    "diff": workflow_apply.diff,
    "validate": workflow_apply.validate,
    "publish": publish,
    "versions": versions,
    "restore": restore,
    "delete": delete,
}
