"""Reads JSON, with the place of every value and without names that stand twice."""

import json
import re
from typing import Final

import msgspec

from designer.ascode.errors import error
from designer.ascode.marks import Builder, Mark, Read

_TOKEN: Final = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^ \t\r\n{}\[\],:"]+)')
_OFFSET: Final = re.compile(r" \(byte (\d+)\)$")


def read_json(text: str) -> Read:
    """Return the value of a JSON document and where its parts stand.

    Raises ``InvalidDocumentError`` with the line and column.
    """
    _check(text)
    builder, line, line_start = Builder(), 1, 0
    counted = 0
    for token in _TOKEN.finditer(text):
        begin = token.start(1)
        breaks = text.count("\n", counted, begin)
        if breaks:
            line, line_start = line + breaks, text.rfind("\n", counted, begin) + 1
        counted = begin
        _take(builder, token[1], Mark(line, begin - line_start + 1))
    return Read(builder.value, builder.marks)


def _check(text: str) -> None:
    """Let a strict parser find what is wrong; what follows may then take the tokens as they come."""
    raw = text.encode()
    try:
        msgspec.json.decode(raw)
    except RecursionError as problem:
        raise error("It is nested too deeply.", "too_deep", 1, 1) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        told = str(problem)
        found = _OFFSET.search(told)
        offset = int(found[1]) if found else len(raw)
        before = raw[:offset].decode(errors="ignore")
        place = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"This is not JSON: {_OFFSET.sub('', told).removeprefix('JSON is malformed: ')}."
        raise error(message, "malformed", *place) from problem


def _take(builder: Builder, part: str, mark: Mark) -> None:
    if part in (",", ":"):
        return
    if part in ("{", "["):
        builder.begin({} if part == "{" else [], mark)
    elif part in ("}", "]"):
        builder.end()
    elif builder.wants_key:
        builder.key(json.loads(part), mark)
    else:
        builder.scalar(msgspec.json.decode(part), mark)
