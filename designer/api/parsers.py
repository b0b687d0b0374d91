"""JSON request bodies, of bounded size and strict."""

from collections.abc import Mapping
from typing import IO, Any, Final

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from designer.actions.documents import MAX_BYTES
from designer.actions.errors import TooLargeError

LIMIT: Final = MAX_BYTES + 64 * 1024
"""The largest JSON body in bytes: a workflow document and what stands around it."""
MAX_DEPTH: Final = 100
"""Lists and objects in each other; what is deeper meets the limits of one library or another later on."""
_TOO_DEEP: Final = f"The body is nested too deeply; {MAX_DEPTH} levels are allowed."


class BoundedJSONParser(JSONParser):
    """Reads at most ``LIMIT`` bytes; says where bad JSON goes wrong; knows no NaN, no null characters, no endless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object in the body.

        Raises ``TooLargeError`` (413), or ``ParseError`` (400) for what is not JSON or not an object.
        """
        body = stream.read(LIMIT + 1)
        if len(body) > LIMIT:
            raise TooLargeError(f"The request is larger than {LIMIT:,} bytes.", limit=LIMIT)
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        except RecursionError as error:
            raise ParseError(_TOO_DEEP) from error
        if not isinstance(value, dict):
            raise ParseError("The body must be a JSON object.")
        _check(value)
        return value


def _check(value: Any) -> None:
    """Raise ``ParseError`` for what cannot be kept: PostgreSQL has no place for null characters."""
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError(_TOO_DEEP)
        inner = each.items() if isinstance(each, dict) else enumerate(each)
        for key, entry in inner:
            if (isinstance(entry, str) and "\0" in entry) or (isinstance(key, str) and "\0" in key):
                raise ParseError("The body holds a null character (\\u0000), which texts may not have.")
            if isinstance(entry, dict | list):
                waiting.append((entry, depth + 1))
