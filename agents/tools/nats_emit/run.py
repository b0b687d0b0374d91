"""``nats-emit``: one message on NATS, for whoever listens."""

import re
from typing import Any, Final

import msgspec

from agentcluster.subjects import BadSubjectError, check_publishable
from agents.tools.context import CallContext
from agents.tools.errors import BadValueError
from agents.tools.nats_emit.errors import PayloadTooLargeError, ReservedHeaderError, SubjectRefusedError

PAYLOAD_LIMIT: Final = 1_000_000
"""Bytes of JSON: under the usual limit of a NATS server (1 MiB) with room for headers."""
HEADERS_LIMIT: Final = 8 * 1024
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


async def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Publish; return the subject, the payload's size and, where a stream keeps it, the stream and its number."""
    subject = _subject(input["subject"])
    data = msgspec.json.encode(input.get("payload"))
    if len(data) > PAYLOAD_LIMIT:
        message = (
            f"The message is {len(data):,} bytes of JSON; {PAYLOAD_LIMIT:,} are allowed. Send large data as a file."
        )
        raise PayloadTooLargeError(message, field="/payload", size=len(data), limit=PAYLOAD_LIMIT)
    headers = {"Content-Type": "application/json", **_headers(input.get("headers") or {})}
    kept = await context.publish(subject, data, headers, context.idempotency_key)
    return {
        "subject": subject,
        "bytes": len(data),
        "stream": kept.stream,
        "seq": kept.seq,
        "duplicate": kept.duplicate,
    }


def _subject(subject: str) -> str:
    try:
        return check_publishable(subject)
    except BadSubjectError as error:
        raise SubjectRefusedError(error.message, field="/subject") from error


def _headers(headers: dict[str, Any]) -> dict[str, str]:
    shown = {name: str(value) for name, value in headers.items()}
    for name, value in shown.items():
        if name.lower().startswith("nats-") or name.lower() == "traceparent":
            raise ReservedHeaderError(f"The header '{name}' is set by the system.", field=f"/headers/{name}")
        if not _NAME.fullmatch(name) or _CONTROL.search(value) or not value.isprintable():
            raise BadValueError(f"'{name}' is not a header that can be sent.", field=f"/headers/{name}")
    if sum(len(name) + len(value.encode()) for name, value in shown.items()) > HEADERS_LIMIT:
        raise BadValueError(f"The headers have more than {HEADERS_LIMIT:,} bytes together.", field="/headers")
    return shown
