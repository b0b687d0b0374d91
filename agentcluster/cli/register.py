"""``register``: make an agent known that runs wherever a process joins for it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from agentcluster.cli import installation
from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, print_json

HELP = """Register an agent that runs wherever a process joins for it through the gateway.

The short schema form names a type for the input and the forms of the output; it expands to JSON Schema. Agents that
nodes are to run are pushed as bundles instead: agent-coordinator bundle push.

Examples:

  agent-coordinator register --id data-analyzer-v2 --capabilities "csv-parse, pandas-exec, plotly-render"
  --intent-schema '{"input":"string","output_format":"json|png"}'

  agent-coordinator register --id translator --version 1.1.0 --capabilities translate --intent-schema @schema.json
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("register", help=HELP)(register)


def register(
    *,
    name: Annotated[str, typer.Option("--id", help="Lower-case words joined by -, such as data-analyzer-v2")],
    capabilities: Annotated[str, typer.Option("--capabilities", help="What it can do, separated by commas")],
    intent_schema: Annotated[
        str,
        typer.Option("--intent-schema", help="Input and output as JSON, in the short form or in full; @file reads it"),
    ],
    version: Annotated[
        str, typer.Option("--version", help="Semantic version; raise it when the content changes")
    ] = "1.0.0",
    title: Annotated[str, typer.Option("--title", help="What people see")] = "",
    description: Annotated[str, typer.Option("--description", help="What it does, in a sentence")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> int:
    """Register it; the same content again changes nothing."""
    body: dict[str, Any] = {
        "name": name,
        "version": version,
        "capabilities": [word.strip() for word in capabilities.split(",") if word.strip()],
        "intent_schema": _schema(intent_schema),
    }
    body |= {"title": {"en": title}} if title else {}
    body |= {"description": {"en": description}} if description else {}
    with Api(installation.find()) as api:
        agent = api.post("agents", body)
    if as_json:
        print_json(agent)
        return OK
    found = next(row for row in agent["versions"] if row["version"] == version)
    console.print(Text.assemble(("Registered ", "bold green"), f"{name}@{version}"))
    console.print(Text(found["identity"], style="dim"), soft_wrap=True)
    return OK


def _schema(given: str) -> dict[str, Any]:
    text = given
    if given.startswith("@"):
        try:
            text = Path(given[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CliError(f"{given[1:]} cannot be read: {error}.", field="--intent-schema") from error
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CliError(f"--intent-schema is no JSON: {error}.", field="--intent-schema") from error
    if not isinstance(value, dict):
        raise CliError('--intent-schema is a JSON object, such as {"input":"string","output_format":"json|png"}.')
    return value
