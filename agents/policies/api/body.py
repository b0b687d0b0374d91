"""Bodies of requests: JSON objects of bounded size and depth."""

from collections.abc import Mapping
from typing import IO, Any, Final, cast

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from agentcluster.errors import AgentClusterError, BadInputError

BODY_MAX: Final = 1024 * 1024
DEPTH_MAX: Final = 60


class TooLargeError(AgentClusterError):
    """The request is larger than a set of policies may be."""

    code = "too_large"
    status = 413


class PolicyParser(JSONParser):
    """Reads at most ``BODY_MAX`` bytes of JSON with an object on top."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object in the body; ``TooLargeError`` (413), or ``ParseError`` (400) for what is none."""
        body = stream.read(BODY_MAX + 1)
        if len(body) > BODY_MAX:
            raise TooLargeError(f"The request is larger than {BODY_MAX:,} bytes.", limit=BODY_MAX)
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        if not isinstance(value, dict):
            raise ParseError("The body must be a JSON object.")
        _check_depth(value)
        return value


def body_of(request: Request) -> dict[str, Any]:
    """Return the object that ``PolicyParser`` read."""
    return cast(dict[str, Any], request.data)


def text(body: Mapping[str, Any], name: str) -> str:
    """Return a text of the body, empty when it is not there; ``BadInputError`` for what is no text."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadInputError(f"{name} must be a text.", field=f"/{name}")
    return value


def only(body: Mapping[str, Any], *names: str) -> None:
    """Raise ``BadInputError`` for a member of the body that nobody reads."""
    for name in body:
        if name not in names:
            raise BadInputError(f"There is no “{name[:60]}” here; there are {', '.join(names)}.", field=f"/{name}")


def _check_depth(value: Any) -> None:
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise ParseError(f"The body is nested too deeply; {DEPTH_MAX} levels are allowed.")
        inner = each.values() if isinstance(each, dict) else each
        waiting += [(entry, depth + 1) for entry in inner if isinstance(entry, dict | list)]
