"""Servers that speak Anthropic's messages interface."""

from typing import Any, Final, Literal

import msgspec

from agents.llm import structured
from agents.llm.engines.server import Server
from agents.llm.request import Completion, LlmRequest

VERSION: Final = "2023-06-01"
DEFAULT_URL: Final = "https://api.anthropic.com/v1"
_TOOL: Final = "answer"


class _Block(msgspec.Struct):
    type: str
    text: str = ""
    input: Any = None


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Reply(msgspec.Struct):
    content: list[_Block]
    model: str = ""
    stop_reason: str | None = None
    usage: _Usage | None = None


class AnthropicEngine(Server, frozen=True, kw_only=True):
    """A schema of an object becomes a tool the model must use; its input is the structured output."""

    notice = ""
    repairs = True

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        """Return the text of all blocks, and the tool's input when there is a schema."""
        key = self.key()
        headers = {"anthropic-version": VERSION, **({"x-api-key": key} if key else {})}
        reply = await self.post("/messages", self._body(request), headers, timeout_s)
        try:
            parsed = msgspec.convert(reply, _Reply)
        except msgspec.ValidationError as error:
            raise self.malformed("blocks in 'content'") from error
        text = "".join(block.text for block in parsed.content if block.type == "text")
        data = next((block.input for block in parsed.content if block.type == "tool_use"), None)
        if not text and data is None:
            raise self.malformed("a text")
        usage = parsed.usage or _Usage()
        return Completion(
            text or msgspec.json.encode(data).decode(),
            parsed.model or request.model or self.model,
            usage.input_tokens,
            usage.output_tokens,
            _FINISH.get(parsed.stop_reason or "", "stop"),
            data if _as_tool(request) else None,
        )

    def _body(self, request: LlmRequest) -> dict[str, Any]:
        system = [message.content for message in request.messages if message.role == "system"]
        if request.schema is not None and not _as_tool(request):
            system.append(structured.instruction(request.schema).content)
        turns = [message for message in request.messages if message.role != "system"]
        body: dict[str, Any] = {
            "model": request.model or self.model,
            "messages": msgspec.to_builtins(turns),
            "max_tokens": request.max_tokens,
        }
        if system:
            body["system"] = "\n\n".join(system)
        if request.temperature is not None:
            # Its scale ends at 1, that of the others at 2.
            body["temperature"] = min(1.0, request.temperature)
        if _as_tool(request):
            body["tools"] = [{"name": _TOOL, "description": "Gives the answer.", "input_schema": request.schema}]
            body["tool_choice"] = {"type": "tool", "name": _TOOL}
        return body


_FINISH: Final[dict[str, Literal["length", "refusal"]]] = {"max_tokens": "length", "refusal": "refusal"}


def _as_tool(request: LlmRequest) -> bool:
    return request.schema is not None and request.schema.get("type") == "object"
