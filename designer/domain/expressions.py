"""CEL expressions: checked when saved, compiled once, evaluated with a bounded amount of work (features C2)."""

import base64
import datetime as dt
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final

import cel
from cel import stdlib

from agentcluster.errors import AgentClusterError
from designer.domain.cel_tree import Tree, tree_of
from designer.domain.expression_work import METER, Judged, TooMuchWorkError, is_cheap, work_of
from designer.domain.in_order import IN_ORDER, in_order, ordering, with_order
from designer.domain.kept_apart import hint
from designer.domain.named import handed_over, named_parts

MAX_LENGTH: Final = 4000
MAX_MACRO_NESTING: Final = 3
ROOTS: Final = frozenset({"input", "steps", "run", "item", "index", "last"})

_MACRO: Final = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(\s*([A-Za-z_]\w*)?")
_STRING: Final = re.compile(r"""[rRbB]{0,2}(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""")
_STEP: Final = re.compile(
    r"""\bsteps\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(['"])([^'"]*)\2\s*\])((?:\s*\.\s*[A-Za-z_]\w*(?!\s*\())*)"""
)
_PATH: Final = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$")
_POSITION: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_KEYWORDS: Final = frozenset({"true", "false", "null", "in"})
_UNSAFE_FUNCTIONS: Final = frozenset({"replace", "lists.range", "flatten"})
"""Left out of the extended library: with these a short expression can build an endless value."""


class ExpressionError(AgentClusterError):
    """The expression cannot be used."""

    code = "expression_error"
    status = 422

    def __init__(self, message: str, column: int = 0, **data: Any) -> None:
        """Take the reason and the column (from 1; 0 when unknown) inside the expression."""
        super().__init__(message, **data)
        self.column = column


class ExpressionFailedError(ExpressionError):
    """The expression could not be evaluated on this data."""

    code: ClassVar[str] = "expression_failed"


class StepReference:
    """``steps.<step>.<path…>`` as it stands in an expression."""

    __slots__ = ("column", "path", "step")

    def __init__(self, step: str, path: tuple[str, ...], column: int) -> None:
        """Take the node id, the field names after it and the column (from 1)."""
        self.step, self.path, self.column = step, path, column


class Expression:
    """One compiled CEL expression."""

    __slots__ = ("_cheap", "_functions", "_ordered", "_parts", "_path", "_program", "_tree", "roots", "source", "steps")

    def __init__(self, source: str, roots: frozenset[str] = ROOTS) -> None:
        """Compile ``source``; raises ``ExpressionError`` with its column when it is not CEL or uses unknown names.

        ``roots`` are the names it may use: those of a workflow's steps, unless it stands elsewhere.
        """
        self.source = source
        bare = _without_strings(source)
        _check_size(source, bare)
        self._program = _compile(source)
        self._tree = _tree(source)
        self._cheap = is_cheap(self._tree)
        self._ordered: Any = None
        bound = {match.group(1) for match in _MACRO.finditer(bare)}
        self.roots = frozenset(self._program.variables()) & roots
        self._parts = {name: parts for name, parts in named_parts(self._tree).items() if name in self.roots}
        _refuse_unknown_names(self._program, bound, bare, roots)
        self._functions = _needed_functions(self._program, bare)
        self.steps = tuple(_step_references(source))
        path = source.strip()
        is_path = _PATH.match(path) and path not in _KEYWORDS
        self._path = tuple(path.split(".")) if is_path else None

    @property
    def is_path(self) -> bool:
        """Whether the expression only names a value, as in ``steps.parse.table``."""
        return self._path is not None

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """Return the JSON value of the expression; raises ``ExpressionFailedError`` in words a person understands."""
        try:
            return self._value(scope)
        except ExpressionFailedError as error:
            if apart := hint(self.source, scope):
                raise ExpressionFailedError(f"{error.message} {apart}") from error
            raise

    def _value(self, scope: Mapping[str, Any]) -> Any:
        if self._path is not None:
            return _lookup(self._path, scope, self.source)
        variables = self._variables(scope)
        ordered = not self._cheap and self._judged(variables).over_objects
        program, functions = self._in_order() if ordered else (self._program, self._functions)
        try:
            result = program.execute(cel.Context(variables=variables, functions=functions))
        except KeyError as error:
            raise ExpressionFailedError(f"There is no field {error} in what `{self.source}` looks at.") from error
        except TypeError as error:
            message = f"`{self.source}`: these types do not go together; convert with int(), double() or string()."
            raise ExpressionFailedError(message) from error
        except Exception as error:
            raise ExpressionFailedError(f"`{self.source}` failed: {_first_sentence(error)}") from error
        return to_json(result)

    def _judged(self, variables: dict[str, Any]) -> Judged:
        """Refuse what would hold up everything else, by the rule that it breaks."""
        try:
            judged = work_of(self._tree, variables)
            METER.add(judged.units)
            return judged
        except TooMuchWorkError as error:
            message = f"`{_short(self.source)}` is too much work: {error.message} (rule {error.rule})."
            raise ExpressionFailedError(message, rule=error.rule) from error
        except RecursionError as error:
            raise ExpressionFailedError(f"`{_short(self.source)}`: the data is nested too deeply.") from error

    def _in_order(self) -> tuple[Any, dict[str, Any]]:
        """Return the program, and its functions, whose macros go through objects in order."""
        if self._ordered is None:
            self._ordered = _compile(with_order(self.source, self._tree))
        return self._ordered, {**self._functions, IN_ORDER: in_order}

    def _variables(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over only what the expression names: copying a large value into CEL costs more than evaluating."""
        return handed_over(self._parts, scope)


@lru_cache(maxsize=4096)
def compile_expression(source: str, roots: frozenset[str] = ROOTS) -> Expression:
    """Return the compiled expression, from a cache."""
    return Expression(source, roots)


def to_json(value: Any) -> Any:
    """Return a CEL result as plain JSON: moments in ISO 8601, durations as seconds (``90s``), bytes as base64.

    Raises ``ExpressionFailedError`` for numbers that JSON does not have: a log would give them back as null.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionFailedError("The result is infinite or not a number, which JSON cannot hold.")
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [to_json(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): to_json(value[key]) for key in sorted(value, key=str)}
    return value


def _compile(source: str) -> Any:
    try:
        return cel.compile(source)
    except ValueError as error:
        found = _POSITION.search(str(error))
        if not found:
            raise ExpressionError(_first_sentence(error)) from error
        line, column, reason = int(found.group(1)), int(found.group(2)), found.group(3)
        offset = sum(len(text) + 1 for text in source.split("\n")[: line - 1])
        raise ExpressionError(_plain(reason), column=offset + column) from error


def _tree(source: str) -> Tree:
    try:
        return tree_of(source)
    except RecursionError as error:
        raise ExpressionError("The expression is nested too deeply.") from error
    except ValueError as error:
        raise ExpressionError(f"Expressions here do not know this: {error}.") from error


def _short(source: str) -> str:
    source = source.strip()
    return source if len(source) <= 200 else f"{source[:200]}…"


def _check_size(source: str, bare: str) -> None:
    if not source.strip():
        raise ExpressionError("The expression is empty.", column=1)
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"The expression is longer than {MAX_LENGTH} characters.", column=MAX_LENGTH)
    depth, column = _macro_nesting(bare)
    if depth > MAX_MACRO_NESTING:
        raise ExpressionError(
            f"Macros (map, filter, all, exists) may nest {MAX_MACRO_NESTING} deep at most.", column=column
        )


def _macro_nesting(bare: str) -> tuple[int, int]:
    """Return how deep macros stand in each other's parentheses, and the column where the deepest begins."""
    starts = {match.end() - len(match.group(0)) + match.group(0).index("(") for match in _MACRO.finditer(bare)}
    stack: list[bool] = []
    deepest, column = 0, 0
    for position, character in enumerate(bare):
        if character == "(":
            stack.append(position in starts)
            if stack.count(True) > deepest:
                deepest, column = stack.count(True), position + 1
        elif character == ")" and stack:
            stack.pop()
    return deepest, column


def _refuse_unknown_names(program: Any, bound: set[str | None], bare: str, roots: frozenset[str]) -> None:
    for name in program.variables():
        namespace = any(function.startswith(f"{name}.") for function in _library())
        if name in roots or name in bound or namespace:
            continue
        found = re.search(rf"(?<![\w.]){re.escape(name)}\b", bare)
        allowed = "input, steps, run, item, index, last" if roots is ROOTS else ", ".join(sorted(roots)) or "none"
        raise ExpressionError(f"Unknown name `{name}`; known are {allowed}.", column=found.start() + 1 if found else 0)


def _needed_functions(program: Any, bare: str) -> dict[str, Any]:
    library = _library()
    return {name: library[name] for name in library if name.split(".")[-1] in program.functions() and name in bare}


@lru_cache(maxsize=1)
def _library() -> dict[str, Any]:
    known = stdlib.STDLIB_FUNCTIONS.items()
    return {name: ordering(function) for name, function in known if name not in _UNSAFE_FUNCTIONS}


def _step_references(source: str) -> list[StepReference]:
    references = []
    for match in _STEP.finditer(_without_strings(source, keep_keys=True)):
        path = tuple(re.findall(r"[A-Za-z_]\w*", match.group(4) or ""))
        references.append(StepReference(match.group(1) or match.group(3), path, match.start() + 1))
    return references


def _without_strings(source: str, *, keep_keys: bool = False) -> str:
    """Blank out string literals, keeping every column; ``keep_keys`` leaves those that are an index (``steps['a']``)."""

    def blank(match: re.Match[str]) -> str:
        is_key = source[: match.start()].rstrip().endswith("[")
        return match.group(0) if keep_keys and is_key else " " * len(match.group(0))

    return _STRING.sub(blank, source)


def _lookup(path: tuple[str, ...], scope: Mapping[str, Any], source: str) -> Any:
    value: Any = scope
    for depth, name in enumerate(path):
        if not isinstance(value, Mapping):
            raise ExpressionFailedError(f"`{source}`: `{'.'.join(path[:depth])}` has no fields.")
        if name not in value:
            where = ".".join(path[:depth])
            known = ", ".join(sorted(map(str, value))[:10]) or "nothing"
            raise ExpressionFailedError(f"`{source}`: there is no `{name}` in `{where}` (it has {known}).")
        value = value[name]
    return value


def _first_sentence(error: BaseException) -> str:
    return str(error).split("\n")[0].split(". ")[0].strip()[:300] + "."


def _plain(reason: str) -> str:
    if "Recursion limit" in reason:
        return "The expression is nested too deeply."
    reason = re.sub(r"^Syntax error: ", "", reason.strip())
    reason = re.sub(r" expecting \{.*", "", reason)
    replacements = {"mismatched input": "unexpected", "extraneous input": "unexpected", "'<EOF>'": "end of expression"}
    for technical, plain in replacements.items():
        reason = reason.replace(technical, plain)
    return f"Syntax error: {reason}."
