"""Requests at the lane for starts, as they come from the web server: at once, over ASGI, with tokens."""

import asyncio
import json

from agentcluster.asgi import http
from designer.api.start_lane import StartLane


class Answer:
    """What was sent back."""

    def __init__(self, messages):
        start, *parts = messages
        self.status = start["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        self.json = json.loads(b"".join(part.get("body", b"") for part in parts))


class Entrance:
    """A lane before Django; ``long_way`` counts what it handed on."""

    def __init__(self):
        self.long_way = 0

    def ask(self, *requests):
        """Send requests at the same moment; return their answers in order."""
        return asyncio.run(self._ask(requests))

    def ask_in_turn(self, *requests, between):
        """Send one after the other through the same lane; call ``between`` in a thread after each answer."""
        return asyncio.run(self._ask_in_turn(requests, between))

    async def _ask(self, requests):
        lane = StartLane(self._django)
        try:
            return await asyncio.gather(*(_send(lane, *request) for request in requests))
        finally:
            await lane.close()

    async def _ask_in_turn(self, requests, between):
        lane, answers = StartLane(self._django), []
        try:
            for request in requests:
                answers.append(await _send(lane, *request))
                await asyncio.to_thread(between)
        finally:
            await lane.close()
        return answers

    async def _django(self, scope, receive, send):
        self.long_way += 1
        await http(scope, receive, send)


def request(workflow, token, body=None, path=None, **headers):
    """Return a start as ``Entrance.ask`` takes it; headers are named as in Python."""
    content = (
        body if isinstance(body, bytes) else json.dumps({"input": {"name": "Ada"}} if body is None else body).encode()
    )
    given = {"host": "localhost", "authorization": f"Bearer {token}", "content-type": "application/json"}
    given |= {"content-length": str(len(content))} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path or f"/api/v1/workflows/{workflow}/runs",
        "query_string": b"",
        "scheme": "http",
        "client": ["127.0.0.1", 1234],
        "server": ["127.0.0.1", 80],
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value is not None],
    }
    return scope, content


async def _send(lane, scope, content):
    incoming, outgoing = asyncio.Queue(), []
    for position in range(0, len(content) or 1, 8192):
        part = content[position : position + 8192]
        more = position + 8192 < len(content)
        incoming.put_nowait({"type": "http.request", "body": part, "more_body": more})

    async def send(message):
        outgoing.append(message)

    await lane(scope, incoming.get, send)
    return Answer(outgoing)
