"""Problem details (RFC 9457): one shape for whatever goes wrong under ``/api/``."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

TYPE_BASE: Final = "https://agentcluster.dev/problems/"
MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final = {
    400: "This request cannot be understood",
    401: "Log in or send a token",
    403: "You may not do this",
    404: "Not found",
    405: "This cannot be done here",
    406: "No such format",
    409: "Conflict",
    412: "Changed in the meantime",
    413: "Too large",
    415: "This format is not accepted",
    422: "This cannot be done with what was sent",
    428: "A precondition is missing",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "Not available right now",
    507: "No room left",
}


def problem(
    status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = (), **extra: Any
) -> HttpResponse:
    """Return the answer ``{"type", "title", "status", "detail", "code", "errors", …extra}``.

    ``errors`` are ``{"field": JSON pointer, "message", "code"}``; ``extra`` may not replace the standard members.
    """
    body = {
        **extra,
        "type": TYPE_BASE + code,
        "title": TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [dict(error) for error in errors],
    }
    return HttpResponse(json.dumps(body, cls=DjangoJSONEncoder), status=status, content_type=MEDIA_TYPE)
