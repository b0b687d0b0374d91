"""What the live trace says, built from the log's own bytes: no event is decoded or encoded on its way."""

from collections.abc import Sequence

import msgspec

from agentcluster.streams.entries import Entry


def page_bytes(entries: Sequence[Entry], cursor: int, terminal: bool) -> bytes:
    """Return ``{"events": […], "cursor", "terminal"}``."""
    end = b"true" if terminal else b"false"
    return b'{"events":[%s],"cursor":%d,"terminal":%s}' % (_joined(entries), cursor, end)


def events_message(entries: Sequence[Entry]) -> str:
    """Return the WebSocket message ``{"type": "events", "events": […], "cursor"}``; ``entries`` may not be empty."""
    return (b'{"type":"events","events":[%s],"cursor":%d}' % (_joined(entries), entries[-1].seq)).decode()


def end_message(status: str) -> str:
    """Return the WebSocket message ``{"type": "end", "status"}``."""
    return msgspec.json.encode({"type": "end", "status": status}).decode()


def error_message(code: str, message: str) -> str:
    """Return the WebSocket message ``{"type": "error", "code", "message"}``."""
    return msgspec.json.encode({"type": "error", "code": code, "message": message}).decode()


def sse_events(entries: Sequence[Entry]) -> bytes:
    """Return the entries as server-sent events; JSON holds no raw line breaks, so one ``data:`` line is enough."""
    return b"".join(b"id: %d\nevent: record\ndata: %s\n\n" % (entry.seq, entry.data) for entry in entries)


def sse_end(status: str) -> bytes:
    """Return the server-sent event that ends a stream."""
    return b"event: end\ndata: %s\n\n" % msgspec.json.encode({"status": status})


def sse_error(code: str, message: str) -> bytes:
    """Return the server-sent event that says why a stream stops before its end."""
    return b"event: error\ndata: %s\n\n" % msgspec.json.encode({"code": code, "message": message})


def sse_more() -> bytes:
    """Return what ends a connection before its stream: a comment for people, and when to come back."""
    return b": more follows; connect again with Last-Event-ID\nretry: 100\n\n"


def _joined(entries: Sequence[Entry]) -> bytes:
    return b",".join(entry.data for entry in entries)
