"""Ollama's own chat interface; it takes a JSON Schema as ``format``."""

from typing import Any, Final

import msgspec

from agents.llm import structured
from agents.llm.engines.server import Server
from agents.llm.request import Completion, LlmRequest

DEFAULT_URL: Final = "http://127.0.0.1:11434"


class _Message(msgspec.Struct):
    content: str


class _Reply(msgspec.Struct):
    message: _Message
    model: str = ""
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None


class OllamaEngine(Server, frozen=True, kw_only=True):
    """A model on a machine of one's own."""

    notice = ""
    repairs = True

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        """Return the message, not streamed."""
        key = self.key()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        reply = await self.post("/api/chat", self._body(request), headers, timeout_s)
        try:
            parsed = msgspec.convert(reply, _Reply)
        except msgspec.ValidationError as error:
            raise self.malformed("a 'message'") from error
        return Completion(
            parsed.message.content,
            parsed.model or request.model or self.model,
            parsed.prompt_eval_count,
            parsed.eval_count,
            "length" if parsed.done_reason == "length" else "stop",
        )

    def _body(self, request: LlmRequest) -> dict[str, Any]:
        messages = request.messages
        options: dict[str, Any] = {"num_predict": request.max_tokens}
        if request.temperature is not None:
            options["temperature"] = request.temperature
        body: dict[str, Any] = {"model": request.model or self.model, "stream": False, "options": options}
        if request.schema is not None:
            body["format"] = request.schema
            messages = (structured.instruction(request.schema), *messages)
        return {**body, "messages": msgspec.to_builtins(messages)}
