"""``json``: parse, query, merge, validate, format."""

import json
from collections.abc import Callable
from typing import Any, Final

import jmespath
import msgspec

from agentcluster import artifacts
from agents.domain.schema_check import check, check_schema
from agents.tools.context import CallContext
from agents.tools.encodings import detect
from agents.tools.errors import BadValueError
from agents.tools.files import reference
from agents.tools.json.errors import BadJsonError, BadPathError, BadSchemaError, NotValidError, PathNotFoundError

MAX_BYTES: Final = 20_000_000


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return ``{"value", "errors"}``."""
    result: dict[str, Any] = _ACTIONS[input["action"]](input)
    return {"errors": [], **result}


def _parse(input: dict[str, Any]) -> dict[str, Any]:
    text = input["text"] if input.get("text") is not None else _file_text(input)
    if not input.get("lines"):
        return {"value": _decoded(text, 1)}
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return {"value": [_decoded(line, number) for number, line in lines]}


def _decoded(text: str, first_line: int) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        message = f"Line {line:,}, column {error.colno:,}: {error.msg}."
        raise BadJsonError(message, field="/text", line=line, column=error.colno) from error
    except RecursionError as error:
        raise BadJsonError("The JSON is nested too deeply.", field="/text") from error


def _refuse(constant: str) -> Any:
    raise BadJsonError(f"{constant} is not a JSON number.", field="/text")


def _file_text(input: dict[str, Any]) -> str:
    if input.get("file") is None:
        raise BadValueError("Give a text or a file.", field="/text")
    ref = reference(input["file"], "/file")
    if ref.size > MAX_BYTES:
        raise BadValueError(f"The file is larger than {MAX_BYTES:,} bytes.", field="/file")
    data = artifacts.read_bytes(ref)
    encoding = detect([data])
    if encoding is None:
        raise BadJsonError("This is not a text file.", field="/file")
    return data.decode(encoding)


def _query(input: dict[str, Any]) -> dict[str, Any]:
    path, value = input["path"], input["value"]
    found = _pointed(value, path) if path.startswith("/") or not path else _searched(value, path)
    if found is None and input.get("required"):
        raise PathNotFoundError(f"There is nothing at '{path}'.", field="/path")
    return {"value": found}


def _searched(value: Any, path: str) -> Any:
    try:
        return jmespath.search(path, value)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        raise BadPathError(f"'{path}': {str(error).splitlines()[0]}", field="/path") from error


def _pointed(value: Any, path: str) -> Any:
    """Follow a JSON Pointer (RFC 6901); None where it leads nowhere."""
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _merge(input: dict[str, Any]) -> dict[str, Any]:
    merged, *patches = input["values"]
    for patch in patches:
        merged = _patched(merged, patch)
    return {"value": merged}


def _patched(target: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), value)
    return result


def _validate(input: dict[str, Any]) -> dict[str, Any]:
    wrong = check_schema(input["schema"])
    if wrong:
        raise BadSchemaError(
            f"The schema's '{wrong[0].pointer}' {wrong[0].message}.", field=f"/schema{wrong[0].pointer}"
        )
    errors = check(input["schema"], input["value"])
    if errors and input.get("fail"):
        raise NotValidError(f"'{errors[0].pointer}' {errors[0].message}.", field=f"/value{errors[0].pointer}")
    return {"value": not errors, "errors": msgspec.to_builtins(errors)}


def _format(input: dict[str, Any]) -> dict[str, Any]:
    indent = input.get("indent", 2)
    separators = None if indent else (",", ":")
    sort = input.get("sort_keys", False)
    return {
        "value": json.dumps(
            input["value"], ensure_ascii=False, indent=indent or None, separators=separators, sort_keys=sort
        )
    }


_ACTIONS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "parse": _parse,
    "query": _query,
    "merge": _merge,
    "validate": _validate,
    "format": _format,
}
