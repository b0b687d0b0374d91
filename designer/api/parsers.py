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


class BoundedJSONParser(JSONParser):
    """Reads at most ``LIMIT`` bytes; says where bad JSON goes wrong; knows no NaN and no endless nesting."""

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
            raise ParseError("The body is nested too deeply.") from error
        if not isinstance(value, dict):
            raise ParseError("The body must be a JSON object.")
        return value
