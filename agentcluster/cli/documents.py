"""Workflow documents in files: found, sent, and what the server says of them printed with file, line and column."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.text import Text

from agentcluster.cli.client import Api
from agentcluster.cli.errors import OK, CliError
from agentcluster.cli.output import console, errors, print_error

SUFFIXES: Final = (".yaml", ".yml", ".json")
MARK: Final = b"agentcluster.workflow/"
_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


class Document(NamedTuple):
    """A file and what is in it."""

    name: str
    content: bytes


class Outcome(NamedTuple):
    """What the server said of a document: an answer, or why it refused."""

    name: str
    answer: dict[str, Any] | None
    error: CliError | None

    @property
    def code(self) -> int:
        """The exit code for this document alone."""
        return self.error.exit_code if self.error else OK


def documents(paths: Sequence[str]) -> list[Document]:
    """Return the documents in files and folders (``-``: standard input); ``CliError`` when there is none."""
    found = [document for path in paths for document in _found(path)]
    if not found:
        raise CliError(f"There is no workflow document in {', '.join(paths)}.")
    return found


def _found(path: str) -> Iterator[Document]:
    if path == "-":
        yield Document("standard input", sys.stdin.buffer.read())
        return
    folder = Path(path)
    try:
        if not folder.is_dir():
            yield Document(path, folder.read_bytes())
            return
        for file in sorted(each for each in folder.rglob("*") if each.suffix in SUFFIXES and each.is_file()):
            content = file.read_bytes()
            if MARK in content:
                yield Document(str(file), content)
    except OSError as error:
        raise CliError(f"{error.filename} cannot be read: {error.strerror}.", field="--file") from error


def send(api: Api, document: Document, **params: Any) -> Outcome:
    """Send a document to be imported; a refusal is an outcome, too."""
    form = "json" if document.name.endswith(".json") else "yaml" if document.name.endswith((".yaml", ".yml")) else ""
    try:
        return Outcome(document.name, api.send("workflows/import", document.content, format=form, **params), None)
    except CliError as error:
        return Outcome(document.name, None, error)


def print_refusal(outcome: Outcome) -> None:
    """Print why a document was refused, a line ``file:line:column: message (code)`` for each problem."""
    if outcome.error is None:
        return
    data = outcome.error.data
    told = [each for each in (*data.get("problems", []), *data.get("errors", [])) if "line" in each]
    print_problems(outcome.name, told)
    if not told:
        errors.print(Text(f"{outcome.name}:"), end=" ")
        print_error(outcome.error, as_json=False)


def print_problems(name: str, problems: Sequence[dict[str, Any]]) -> None:
    """Print problems to standard error."""
    for each in problems:
        warning = each.get("severity") == "warning"
        step = f"{each['node']}: " if each.get("node") else ""
        place = f"{name}:{each['line']}:{each['column']}: "
        kind = "warning: " if warning else ""
        errors.print(
            Text.assemble((place, "bold"), (kind, "yellow"), f"{step}{each['message']} ({each['code']})"),
            soft_wrap=True,
        )


def print_diff(text: str) -> None:
    """Print a unified diff, coloured where there are colours."""
    for line in text.splitlines():
        style = "bold" if line.startswith(("+++", "---")) else _STYLES.get(line[:1], "")
        console.print(Text(line, style), soft_wrap=True)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a JSON object."""
    if outcome.error:
        return {"file": outcome.name, "error": {**outcome.error.data, "detail": outcome.error.message}}
    answer = {name: value for name, value in (outcome.answer or {}).items() if name != "graph"}
    return {"file": outcome.name, **answer}
