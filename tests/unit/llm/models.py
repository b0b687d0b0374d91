"""A model server for tests: it speaks the three interfaces; what it answers is set beforehand."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.unit.tools.web import answer


@dataclass
class ModelServer:
    """``says`` is a list of replies: a text, ``(status, body)``, or raw bytes; the last one repeats."""

    port: int = 0
    says: list[Any] = field(default_factory=lambda: ["hello"])
    delay_s: float = 0.0
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    def url(self, prefix: str = "") -> str:
        return f"http://127.0.0.1:{self.port}{prefix}"

    def reply(self, path: str, body: dict[str, Any]) -> bytes:
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, bytes):
            return said
        if isinstance(said, tuple):
            return answer(f"{said[0]} Status", said[1], Content_Type="application/json")
        dialect = {"/v1/chat/completions": openai, "/v1/messages": anthropic, "/api/chat": ollama}[path]
        return answer("200 OK", json.dumps(dialect(said, body)).encode(), Content_Type="application/json")


def openai(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "c1",
        "model": body["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def anthropic(text: str, body: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": text}
    if "tools" in body:
        block = {"type": "tool_use", "id": "t1", "name": "answer", "input": json.loads(text)}
    return {
        "type": "message",
        "model": body["model"],
        "content": [block],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 20, "output_tokens": 8},
    }


def ollama(text: str, body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"model": body["model"], "message": message, "done": True, "prompt_eval_count": 30, "eval_count": 9}


@contextlib.asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    made, over = ModelServer(), asyncio.Event()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
            headers = {name.lower(): value for name, value in headers.items()}
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            path = head[0].split(" ")[1]
            made.requests.append((path, headers, body))
            if made.delay_s:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), made.delay_s)
            writer.write(made.reply(path, body))
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        made.port = server.sockets[0].getsockname()[1]
        yield made
        over.set()
        await asyncio.gather(*serving)
