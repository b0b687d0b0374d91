"""Values with expressions inside: ``"${ … }"`` gives the value itself, ``"Hello ${ … }"`` a text (features C2)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from designer.domain.apart import MAX_BYTES
from designer.domain.expression_work import MAX_CHARACTERS, METER
from designer.domain.expressions import ROOTS, Expression, ExpressionError, ExpressionFailedError, compile_expression
from designer.domain.passing_on import Evaluate, may_make_references, passing_on
from designer.domain.shapes import room_left

MAX_VALUE: Final = 10 * MAX_BYTES
"""Most characters of a value with expressions, a number counted as twenty: as JSON it is then surely over ``MAX_BYTES``."""
_FEW: Final = 16
"""Expressions in one value that cannot make it too large by repeating what is there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression and where it stands: ``pointer`` into the value, ``offset`` of its first character in the string."""

    expression: Expression
    pointer: str
    offset: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """An expression that does not compile."""

    pointer: str
    message: str
    column: int


def expressions_in(value: Any, pointer: str = "", roots: frozenset[str] = ROOTS) -> Iterator[Placed | Fault]:
    """Yield every expression of a value, or what is wrong with it; ``roots`` are the names they may use."""
    if isinstance(value, str):
        yield from _expressions_in_text(value, pointer, roots)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            yield from expressions_in(entry, f"{pointer}/{escaped}", roots)
    elif isinstance(value, (list, tuple)):
        for index, entry in enumerate(value):
            yield from expressions_in(entry, f"{pointer}/{index}", roots)


def compile_value(value: Any, roots: frozenset[str] = ROOTS) -> Evaluate:
    """Return a function from scope to JSON value; raises ``ExpressionError`` when an expression does not compile.

    The function raises ``ExpressionFailedError`` when one fails, when all together are too much work or too large, or
    where it gives a reference to a file that it was not given.
    """
    evaluate, count = _compiled(value, roots)
    if not count:
        return evaluate
    expressions = [each.expression for each in expressions_in(value, "", roots) if isinstance(each, Placed)]
    makes_references = may_make_references(value, expressions)
    if count > _FEW or makes_references:
        evaluate = _within_room(evaluate)
    if makes_references:
        evaluate = passing_on(evaluate, value, expressions)
    return evaluate if count == 1 else _together(evaluate)


def _within_room(evaluate: Evaluate) -> Evaluate:
    def within_room(scope: Mapping[str, Any]) -> Any:
        made = evaluate(scope)
        check_room(made)
        return made

    return within_room


def _together(evaluate: Evaluate) -> Evaluate:
    def together(scope: Mapping[str, Any]) -> Any:
        with METER.together():
            return evaluate(scope)

    return together


def makes_new(value: Any) -> bool:
    """Return whether a value with expressions is more than one that is there already, as ``${steps.a.b}`` is."""
    found = list(expressions_in(value))
    return len(found) > 1 or any(isinstance(each, Placed) and not each.expression.is_path for each in found)


def check_room(value: Any, room: int = MAX_VALUE) -> int:
    """Return the characters that are left of ``room`` after the value; raises ``ExpressionFailedError`` without any."""
    left = room_left(value, room)
    if left < 0:
        message = (
            f"The values made here have more than {MAX_VALUE:,} characters (rule expression_size), "
            "perhaps because they hold the same thing many times."
        )
        raise ExpressionFailedError(message, rule="expression_size")
    return left


def _compiled(value: Any, roots: frozenset[str]) -> tuple[Evaluate, int]:
    """Return the function and how many expressions stand in the value."""
    if isinstance(value, str):
        return _compile_text(value, roots)
    if isinstance(value, Mapping):
        entries = {str(key): _compiled(entry, roots) for key, entry in value.items()}
        fields = {key: evaluate for key, (evaluate, _) in entries.items()}
        count = sum(count for _, count in entries.values())
        return lambda scope: {key: evaluate(scope) for key, evaluate in fields.items()}, count
    if isinstance(value, (list, tuple)):
        compiled = [_compiled(entry, roots) for entry in value]
        items = [evaluate for evaluate, _ in compiled]
        return lambda scope: [evaluate(scope) for evaluate in items], sum(count for _, count in compiled)
    return lambda scope: value, 0


def split_template(text: str) -> list[str | tuple[str, int]]:
    """Split into literal texts and (expression source, offset); ``$${`` stands for a literal ``${``."""
    parts: list[str | tuple[str, int]] = []
    literal, position = "", 0
    while position < len(text):
        if text.startswith("$${", position):
            literal += "${"
            position += 3
        elif text.startswith("${", position):
            end = _closing_brace(text, position + 2)
            if literal:
                parts.append(literal)
            literal = ""
            parts.append((text[position + 2 : end], position + 2))
            position = end + 1
        else:
            literal += text[position]
            position += 1
    if literal or not parts:
        parts.append(literal)
    return parts


def _closing_brace(text: str, start: int) -> int:
    depth, quote, position = 0, "", start
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0:
                return position
            depth -= 1
        position += 1
    raise ExpressionError("The `}` that closes `${` is missing.", column=start - 1)


def _expressions_in_text(text: str, pointer: str, roots: frozenset[str]) -> Iterator[Placed | Fault]:
    try:
        parts = split_template(text)
    except ExpressionError as error:
        yield Fault(pointer, error.message, error.column)
        return
    for part in parts:
        if isinstance(part, str):
            continue
        source, offset = part
        try:
            yield Placed(compile_expression(source, roots), pointer, offset, whole=len(parts) == 1)
        except ExpressionError as error:
            yield Fault(pointer, error.message, offset + error.column)


def _compile_text(text: str, roots: frozenset[str]) -> tuple[Evaluate, int]:
    if "${" not in text:
        return lambda scope: text, 0
    parts = [part if isinstance(part, str) else compile_expression(part[0], roots) for part in split_template(text)]
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return parts[0].evaluate, 1
    return lambda scope: _joined(parts, scope), sum(isinstance(part, Expression) for part in parts)


def _joined(parts: list[str | Expression], scope: Mapping[str, Any]) -> str:
    texts: list[str] = []
    length = 0
    for part in parts:
        texts.append(part if isinstance(part, str) else as_text(part.evaluate(scope)))
        length += len(texts[-1])
        if length > MAX_CHARACTERS:
            message = f"The text made here has more than {MAX_CHARACTERS:,} characters (rule expression_size)."
            raise ExpressionFailedError(message, rule="expression_size")
    return "".join(texts)


def as_text(value: Any) -> str:
    """Return a value as it reads inside a text: strings as they are, nothing for null, everything else as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)
