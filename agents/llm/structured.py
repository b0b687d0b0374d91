"""Structured output: JSON out of a model's answer, checked against the schema."""

import json
import re
from typing import Any, Final

from agents.domain.schema_check import FieldError, check
from agents.llm.request import Completion, Message

_FENCED: Final = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
SHOWN: Final = 5


def instruction(schema: dict[str, Any]) -> Message:
    """Return the message that asks for JSON, for engines that would not know otherwise."""
    text = json.dumps(schema, ensure_ascii=False, sort_keys=True)
    return Message("system", f"Answer with one JSON value that fits this JSON Schema, and nothing else:\n{text}")


def read(completion: Completion, schema: dict[str, Any]) -> tuple[Any, list[FieldError]]:
    """Return the value and what is wrong with it; the value is None when there is no JSON in the answer."""
    if completion.data is not None:
        return completion.data, check(schema, completion.data)
    try:
        value = find_json(completion.text)
    except ValueError:
        return None, [FieldError("", "is not JSON", "json")]
    return value, check(schema, value)


def find_json(text: str) -> Any:
    """Return the JSON value in a text: all of it, a fenced block, or the outermost braces; else ValueError."""
    stripped = text.strip()
    candidates = [stripped, *(block.strip() for block in _FENCED.findall(text))]
    for opening, closing in ("{}", "[]"):
        begin, end = stripped.find(opening), stripped.rfind(closing)
        if 0 <= begin < end:
            candidates.append(stripped[begin : end + 1])
    for candidate in candidates:
        try:
            return json.loads(candidate, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
    raise ValueError("there is no JSON in this text")


def repair(completion: Completion, errors: list[FieldError]) -> tuple[Message, Message]:
    """Return the turns that show the model its answer and what is wrong with it."""
    return (
        Message("assistant", completion.text),
        Message(
            "user", f"That does not fit the schema: {in_words(errors)}. Answer again, with the corrected JSON only."
        ),
    )


def in_words(errors: list[FieldError]) -> str:
    """Return what is wrong, in one line."""
    return "; ".join(f"{error.pointer or 'the answer'} {error.message}" for error in errors[:SHOWN])


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
