"""From a file's text to a workflow document."""

from typing import Final, Literal, NamedTuple

import msgspec

from designer.actions.documents import explain
from designer.actions.errors import TooLargeError
from designer.ascode.document import MAX_BYTES, WorkflowDocument
from designer.ascode.errors import InvalidDocumentError, error
from designer.ascode.json_reader import read_json
from designer.ascode.marks import Marks
from designer.ascode.yaml_reader import read_yaml
from designer.domain.graph import SCHEMA, Problem

Format = Literal["yaml", "json"]
_NO_DOCUMENT: Final = f'This is not a workflow document: it begins with "schema: {SCHEMA}".'


class Parsed(NamedTuple):
    """A document and where its parts stand in the file."""

    document: WorkflowDocument
    marks: Marks


def decoded(content: bytes) -> str:
    """Return the text of a file; raises ``TooLargeError``, and ``InvalidDocumentError`` when it is not UTF-8."""
    if len(content) > MAX_BYTES:
        message = f"The document is {len(content):,} bytes long; at most {MAX_BYTES:,} are allowed."
        raise TooLargeError(message, limit=MAX_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise error("The file is not UTF-8 text.", "not_utf8", line, 1) from problem


def parse(text: str, form: Format | None = None) -> Parsed:
    """Return the document a text holds; without ``form`` one that begins with a brace is JSON.

    Raises:
        InvalidDocumentError: it is malformed, or has a wrong type, an unknown field or kind; says where.
        TooLargeError: it is longer than ``MAX_BYTES``.
    """
    if len(text) > MAX_BYTES:
        raise TooLargeError(f"The document is longer than {MAX_BYTES:,} bytes.", limit=MAX_BYTES)
    form = form or ("json" if text.lstrip().startswith("{") else "yaml")
    value, marks = read_json(text) if form == "json" else read_yaml(text)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise error(_NO_DOCUMENT, "not_a_document", *marks.of("/schema"), field="/schema")
    try:
        return Parsed(msgspec.convert(value, WorkflowDocument), marks)
    except msgspec.ValidationError as problem:
        raise InvalidDocumentError([located(explain(str(problem)), marks)]) from problem


def located(told: dict[str, str], marks: Marks) -> dict[str, object]:
    """Return an error with the line and column of its field."""
    line, column = marks.of(told["field"])
    return {**told, "line": line, "column": column}


def place_of(problem: Problem, document: WorkflowDocument, marks: Marks) -> dict[str, int]:
    """Return the line and column of what a problem is about: the field, the node, the edge, or the document."""
    pointer = ""
    if problem.node:
        pointer = next((f"/nodes/{at}" for at, node in enumerate(document.nodes) if node.id == problem.node), "/nodes")
    elif problem.edge:
        names = (f"{edge.source}:{edge.port}>{edge.target}" for edge in document.edges)
        pointer = next((f"/edges/{at}" for at, name in enumerate(names) if name == problem.edge), "/edges")
    line, column = marks.of(pointer + problem.field)
    return {"line": line, "column": column}
