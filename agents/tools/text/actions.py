"""What can be done with text. Each action returns its result and a count."""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
import re2

from agents.tools.errors import BadValueError
from agents.tools.text.errors import BadPatternError, MissingValueError, ResultTooLargeError

MAX_RESULT: Final = 20_000_000
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]{1,200}?)\s*\}\}")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n\s*")
_WORD: Final = re.compile(r"\w+(?:['’-]\w+)*")
_SENTENCE: Final = re.compile(r"[.!?。！？]+(?:\s|$)|[。！？]")

CASES: Final[dict[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": lambda text: _WORD.sub(lambda match: match[0][:1].upper() + match[0][1:].lower(), text),
    "sentence": lambda text: text[:1].upper() + text[1:].lower(),
    "snake": lambda text: "_".join(_parts(text)),
    "kebab": lambda text: "-".join(_parts(text)),
    "camel": lambda text: "".join(part.title() if index else part for index, part in enumerate(_parts(text))),
}

Result = tuple[Any, int]


def _split(input: dict[str, Any]) -> Result:
    text, into = input["text"], input.get("into")
    if into == "chunks":
        parts = _chunks(text, input.get("size", 1000), input.get("overlap", 0))
    elif into == "paragraphs":
        parts = [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]
    elif into == "words":
        parts = _WORD.findall(text)
    elif into == "lines" or not input.get("by"):
        parts = text.splitlines()
    else:
        parts = text.split(input["by"])
    return parts, len(parts)


def _chunks(text: str, size: int, overlap: int) -> list[str]:
    if overlap >= size:
        raise BadValueError("Chunks must be longer than what they share.", field="/overlap")
    step = size - overlap
    count = max(1, -(-(len(text) - overlap) // step))
    if count * size > MAX_RESULT:
        raise ResultTooLargeError(field="/overlap")
    return [text[start * step : start * step + size] for start in range(count)] if text else []


def _template(input: dict[str, Any]) -> Result:
    missing, values = input.get("missing", "error"), input["values"]
    filled, size = 0, 0

    def fill(match: re.Match[str]) -> str:
        nonlocal filled, size
        found, value = _looked_up(values, match[1])
        if not found:
            if missing == "error":
                raise MissingValueError(f"The template's '{match[1]}' is not among the values.", field="/values")
            return match[0] if missing == "keep" else ""
        filled += 1
        text = _as_text(value)
        size += len(text)
        if size > MAX_RESULT:
            raise ResultTooLargeError(field="/template")
        return text

    return _PLACEHOLDER.sub(fill, input["template"]), filled


def _looked_up(values: Any, path: str) -> tuple[bool, Any]:
    for part in path.split("."):
        if isinstance(values, dict) and part in values:
            values = values[part]
        elif isinstance(values, list) and part.isascii() and part.isdigit() and int(part) < len(values):
            values = values[int(part)]
        else:
            return False, None
    return True, values


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return msgspec.json.encode(value).decode()


def _extract(input: dict[str, Any]) -> Result:
    pattern, limit = _compiled(input), input.get("limit", 1000)
    matches = []
    for match in pattern.finditer(input["text"]):
        matches.append(
            {
                "match": match.group(0),
                "groups": list(match.groups()),
                "named": match.groupdict(),
                "start": match.start(),
            }
        )
        if len(matches) >= limit:
            break
    return matches, len(matches)


def _join(input: dict[str, Any]) -> Result:
    separator, texts = input.get("separator", "\n"), [_as_text(each) for each in input["texts"]]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_RESULT:
        raise ResultTooLargeError(field="/texts")
    return separator.join(texts), len(texts)


def _replace(input: dict[str, Any]) -> Result:
    if not input.get("pattern") and not input.get("find"):
        raise BadValueError("Give a text to find, or a regular expression.", field="/find")
    literal = not input.get("pattern")
    pattern = _compiled({**input, "pattern": re2.escape(input["find"])} if literal else input)
    replacement = input["replacement"].replace("\\", "\\\\") if literal else input["replacement"]
    found = sum(1 for _ in pattern.finditer(input["text"]))
    if len(input["text"]) + found * len(replacement) > MAX_RESULT:
        raise ResultTooLargeError(field="/replacement")
    try:
        result, count = pattern.subn(replacement, input["text"])
    except (re2.error, IndexError, ValueError) as error:
        raise BadPatternError(f"The replacement cannot be used: {error}.", field="/replacement") from error
    return result, count


def _compiled(input: dict[str, Any]) -> Any:
    options = re2.Options()
    options.case_sensitive = not input.get("ignore_case", False)
    options.log_errors = False
    options.max_mem = 16 * 1024 * 1024
    try:
        return re2.compile(input["pattern"], options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        reason = reason.decode() if isinstance(reason, bytes) else reason
        raise BadPatternError(f"This regular expression cannot be used: {reason}.", field="/pattern") from error


def _case(input: dict[str, Any]) -> Result:
    return CASES[input["to"]](input["text"]), len(input["text"])


def _parts(text: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    return [part.lower() for part in re.findall(r"[^\W_]+", spaced)]


def _count(input: dict[str, Any]) -> Result:
    text = input["text"]
    counts = {
        "characters": len(text),
        "words": len(_WORD.findall(text)),
        "lines": len(text.splitlines()),
        "sentences": len(_SENTENCE.findall(text)),
        "paragraphs": len([part for part in _PARAGRAPH.split(text) if part.strip()]),
    }
    return counts, counts["words"]


ACTIONS: Final[dict[str, Callable[[dict[str, Any]], Result]]] = {
    "split": _split,
    "template": _template,
    "extract": _extract,
    "join": _join,
    "replace": _replace,
    "case": _case,
    "count": _count,
}
