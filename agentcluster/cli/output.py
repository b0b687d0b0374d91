"""What commands print: tables for people, JSON for programs, errors in one sentence."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agentcluster.cli.errors import CliError
from agentcluster.errors import AgentClusterError

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """Print a value as JSON to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def require_behind(context: typer.Context, as_json: bool) -> None:
    """Raise ``CliError`` for a ``--json`` that stands before the command it is meant for, where it would say nothing."""
    if as_json:
        raise CliError(f"Write --json behind the command: {context.command_path} {context.invoked_subcommand} --json.")


def print_done(row: Mapping[str, Any], sentence: str, as_json: bool) -> None:
    """Print what was done: as JSON, or as a sentence."""
    if as_json:
        print_json(row)
    else:
        console.print(Text(sentence), soft_wrap=True)


def print_rows(rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """Print rows as a table with their keys as headings, or the sentence for an empty list. Cells may be styled Text."""
    if not rows:
        console.print(Text(empty, style="dim"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in rows[0]:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row.values()))
    console.print(table)


def _cell(cell: Any) -> Text:
    return cell if isinstance(cell, Text) else Text("" if cell is None else str(cell))


def print_error(error: AgentClusterError, as_json: bool) -> None:
    """Print what went wrong to standard error: a sentence, then a line for each field that is to blame."""
    if as_json:
        sys.stderr.write(
            json.dumps({"code": error.code, "detail": error.message, **error.data}, ensure_ascii=False) + "\n"
        )
        return
    errors.print(Text.assemble(("Error: ", "bold red"), error.message))
    listed = error.data.get("errors") or []
    for each in listed:
        told = f"{each['field'] or '/'}: {each['message']}"
        if told not in error.message:
            errors.print(Text(f"  {told}"))
