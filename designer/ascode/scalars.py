"""Plain scalars of YAML: numbers, true, false and null as YAML 1.2 has them, so that ``no``, ``on`` and ``12:30`` are texts."""

import math
import re
from typing import Any, Final

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NO_JSON: Final = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
MAX_DIGITS: Final = 400


def resolve(text: str) -> Any:
    """Return the value of a plain scalar; ``ValueError`` for a number that JSON does not have."""
    if text in _WORDS:
        return _WORDS[text]
    if _NO_JSON.match(text):
        raise ValueError(f"{text} is a number that JSON does not have; put it in quotes to make it a text.")
    number = bool(text) and (text[0] in "+-." or (text[0].isascii() and text[0].isdigit()))
    if not number:
        return text
    if len(text) > MAX_DIGITS and (_INTEGER.match(text) or _FLOAT.match(text)):
        raise ValueError(f"A number has at most {MAX_DIGITS} digits.")
    if _INTEGER.match(text):
        return int(text)
    if _OTHER_BASE.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        value = float(text)
        if math.isinf(value):
            raise ValueError(f"{text} is larger than numbers can be.")
        return value
    return text
