"""A small web server for tests: what it answers is decided by path."""

import asyncio
import contextlib
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass
class Seen:
    """Requests as they arrived: the head and the body."""

    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextlib.asynccontextmanager
async def web_server(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, Seen]]:
    seen, over = Seen(), asyncio.Event()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            seen.requests.append((head[0], headers, body))
            path = head[0].split(" ")[1]
            if path.startswith("/slow"):
                await over.wait()
            writer.write(_respond(path, headers, body))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], seen
        over.set()
        await asyncio.gather(*serving)


def _respond(path: str, headers: dict[str, str], body: bytes) -> bytes:
    if path.startswith("/json"):
        return answer(
            "200 OK", json.dumps({"path": path, "body": body.decode()}).encode(), Content_Type="application/json"
        )
    if path.startswith("/redirect?"):
        return answer("302 Found", Location=path.split("?", 1)[1])
    if path.startswith("/status/"):
        return answer(f"{path.split('/')[2]} Status", b"sorry")
    if path == "/bomb":
        return answer("200 OK", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    if path == "/image.png":
        return answer("200 OK", b"\x89PNG\0\1", Content_Type="image/png")
    if path == "/latin1":
        return answer("200 OK", "Grüße".encode("latin-1"), Content_Type="text/plain; charset=iso-8859-1")
    return answer("200 OK", b"plain", Content_Type="text/plain")
