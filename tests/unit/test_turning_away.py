"""Which requests are answered before they are read, and which are left to the HTTP parser."""

import pytest

from agentcluster.web import turning_away
from agentcluster.web.__main__ import with_backlog

BODY = b'{"input": {}}'


@pytest.fixture(autouse=True)
def full(monkeypatch):
    """An application that turns away everything under ``/full``."""
    headers = [(b"content-length", b"4"), (b"retry-after", b"1")]
    monkeypatch.setattr(turning_away, "_askers", [])
    turning_away.ask(lambda path: (429, headers, b"full") if path.startswith("/full") else None)


def request(line="POST /full HTTP/1.1", *headers, body=BODY, length=None):
    given = ["Host: localhost", f"Content-Length: {len(BODY) if length is None else length}", *headers]
    return "\r\n".join([line, *given, "", ""]).encode() + body


def test_a_whole_request_without_a_chance_gets_its_answer():
    answer = turning_away.refused(request())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 429 Too Many Requests", b"Content-Length: 4", b"Retry-After: 1", b"Server: daphne",
    ]  # fmt: skip
    assert body == b"full"
    assert turning_away.refused(request().replace(b"Content-Length", b"content-length")) == answer
    assert turning_away.refused(request("POST /full HTTP/1.1", "Connection: keep-alive")) == answer
    assert turning_away.refused(request("POST /full?x=1 HTTP/1.1")) is None


@pytest.mark.parametrize(
    "data",
    [
        request("GET /full HTTP/1.1"),
        request("POST /elsewhere HTTP/1.1"),
        request("POST /full HTTP/1.0"),
        request("POST /%66ull HTTP/1.1"),
        request("POST http://localhost/full HTTP/1.1"),
        request(length=len(BODY) + 1),
        request(length=len(BODY) - 1),
        request() + request(),
        request()[:40],
        b"",
        b"POST /full HTTP/1.1\r\n\r\n",
        request(length="-1"),
        request(length="1" * 40),
        request("POST /full HTTP/1.1", f"Content-Length: {len(BODY)}"),
        request("POST /full HTTP/1.1", "content-LENGTH : 3"),
        request("POST /full HTTP/1.1", "Transfer-Encoding: chunked"),
        request("POST /full HTTP/1.1", "transfer-encoding : chunked"),
        request("POST /full HTTP/1.1", "Connection: close"),
        request("POST /full HTTP/1.1", "Connection: keep-alive, Upgrade"),
        request("POST /full HTTP/1.1", "Connection: keep-alive", "connection: close"),
        request("POST /full HTTP/1.1", "Upgrade: websocket"),
        request("POST /full HTTP/1.1", "Expect: 100-continue"),
        request("POST /full HTTP/1.1", "X-Folded: a", " Transfer-Encoding: chunked"),
    ],
)
def test_whatever_leaves_a_doubt_is_read(data):
    assert turning_away.refused(data) is None


def test_a_form_feed_hides_nothing():
    assert turning_away.refused(request("POST /full HTTP/1.1", "X: a\nTransfer-Encoding: chunked")) is None


def test_tcp_endpoints_get_room_for_those_who_knock():
    assert with_backlog("tcp:port=8000:interface=127.0.0.1") == "tcp:port=8000:interface=127.0.0.1:backlog=4096"
    assert with_backlog("tcp:port=8000:backlog=10") == "tcp:port=8000:backlog=10"
    assert with_backlog("unix:/tmp/socket") == "unix:/tmp/socket"
