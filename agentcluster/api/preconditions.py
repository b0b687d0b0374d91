"""Optimistic locking over HTTP: ``ETag`` and ``If-Match`` (RFC 9110) with a revision number."""

import re

from rest_framework.request import Request

from agentcluster.errors import BadInputError, PreconditionRequiredError


def etag(revision: int) -> str:
    """Return the ``ETag`` of a revision: its number in quotes."""
    return f'"{revision}"'


def expected_revision(request: Request) -> int:
    """Return the revision the client saw, from ``If-Match``.

    Raises ``PreconditionRequiredError`` (428) without the header, ``BadInputError`` when it is no revision.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequiredError
    found = re.fullmatch(r'(?:W/)?"?(\d{1,18})"?', header)
    if found is None:
        raise BadInputError(f"If-Match must be a revision number in quotes, such as {etag(3)}; it is {header[:40]}.")
    return int(found[1])
