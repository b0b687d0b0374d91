"""Nobody gets anything without logging in, except from a short list of addresses."""

import json
import re
from collections.abc import Iterator

import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from agentcluster.asgi import application, websocket_urlpatterns

pytestmark = pytest.mark.django_db

PUBLIC = {
    "login/",
    "language/",
    "favicon.ico",
    "api/schema/workflow.json",
}
"""What a stranger gets from Django; ``/health/…`` is answered before it (agentcluster.health)."""
SAMPLES = {"int": "1", "slug": "a-name", "str": "a-name", "path": "a/name", "uuid": "0" * 32, "digest": "sha256:0"}


def routes(patterns, prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def address(route: str) -> str:
    """An address that the route matches."""
    filled = re.sub(r"(?<!\?P)<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "1"), route)
    filled = re.sub(r"\(\?P<\w+>(\w+)\|[^)]*\)", r"\1", filled)
    filled = re.sub(r"\(\?P<(\w+)>[^)]*\)", "1", re.sub(r"\(\?!.*?\)\)?(?=\(|\.|$)", "", filled))
    return "/" + filled.replace("^", "").replace("$", "").replace("\\Z", "").replace("?/", "/")


ALL = sorted({route for route in routes(get_resolver().url_patterns) if route not in PUBLIC})


@pytest.mark.parametrize("route", ALL)
def test_a_stranger_gets_nothing(route):
    where = address(route)
    assert resolve(where).route.replace("^", "") == route.replace("^", "")
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(Client(), method)(where)
        assert answer.status_code in {301, 302, 401, 403, 404, 405, 410}, (method, where, answer.status_code)
        if answer.status_code in {301, 302}:
            assert answer["Location"].startswith(("/login/", "/admin/")), (method, where, answer["Location"])


def test_the_walk_sees_the_parts_of_the_site():
    assert len(ALL) > 60
    for part in ("api/v1/me", "api/v1/agents", "api/schema/", "admin/agents/agent/"):
        assert part in ALL


@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_the_public_list_holds_nothing_that_is_gone(route):
    assert Client().get("/" + route).status_code in {200, 302}


def test_the_api_says_how_to_log_in(client):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("path", ["/", "/workflows", "/workflows/x/edit", "/runs", "/agents", "/nodes", "/anything"])
def test_every_page_sends_strangers_to_the_login_and_back(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")


async def refused(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Closed before the handshake, or right after it with nothing but the reason."""
    socket = WebsocketCommunicator(application, path, headers=headers)
    connected, _ = await socket.connect()
    if connected:
        said = await socket.receive_output(timeout=3)
        if said["type"] == "websocket.send":
            assert json.loads(said["text"])["type"] == "error", said
            said = await socket.receive_output(timeout=3)
        connected = said["type"] != "websocket.close"
    await socket.disconnect()
    return not connected


SOCKETS = ["/ws/nothing/", *(address(str(each.pattern)) for each in websocket_urlpatterns)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", SOCKETS)
async def test_no_socket_opens_for_a_stranger(path):
    assert await refused(path, [(b"origin", b"http://localhost"), (b"host", b"localhost")])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("origin", [[(b"origin", b"https://evil.example")], []])
async def test_no_socket_opens_for_another_site(path, origin):
    assert await refused(path, [*origin, (b"host", b"localhost")])
