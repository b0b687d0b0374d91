"""Servers that speak OpenAI's chat completions: OpenAI, vLLM, LM Studio, llama.cpp, LiteLLM and many more."""

from typing import Any, Final, Literal

import msgspec

from agents.llm import structured
from agents.llm.engines.server import Server
from agents.llm.request import Completion, LlmRequest

JsonMode = Literal["schema", "object", "prompt"]
DEFAULT_URL: Final = "https://api.openai.com/v1"


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


class OpenAIEngine(Server, frozen=True, kw_only=True):
    """``json_mode`` says how the server takes a schema: as one, as "any JSON object", or in words only."""

    json_mode: JsonMode = "schema"
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"

    notice = ""
    repairs = True

    async def complete(self, request: LlmRequest, timeout_s: float) -> Completion:
        """Return the first choice's message."""
        key = self.key()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        reply = await self.post("/chat/completions", self._body(request), headers, timeout_s)
        try:
            parsed = msgspec.convert(reply, _Reply)
            choice = parsed.choices[0]
        except (msgspec.ValidationError, IndexError) as error:
            raise self.malformed("a message in 'choices'") from error
        return self._completion(parsed, choice, request)

    def _completion(self, reply: _Reply, choice: _Choice, request: LlmRequest) -> Completion:
        message, usage = choice.message, reply.usage or _Usage()
        if message.refusal is None and message.content is None:
            raise self.malformed("a text")
        refused = message.refusal is not None or choice.finish_reason == "content_filter"
        finish: Literal["stop", "length", "refusal"] = "length" if choice.finish_reason == "length" else "stop"
        return Completion(
            message.content or message.refusal or "",
            reply.model or request.model or self.model,
            usage.prompt_tokens,
            usage.completion_tokens,
            "refusal" if refused else finish,
        )

    def _body(self, request: LlmRequest) -> dict[str, Any]:
        messages = request.messages
        if request.schema is not None:
            messages = (structured.instruction(request.schema), *messages)
        body: dict[str, Any] = {
            "model": request.model or self.model,
            "messages": msgspec.to_builtins(messages),
            self.max_tokens_field: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.schema is not None and self.json_mode == "schema":
            # Not strict: strict mode refuses most schemas people write; the answer is checked here anyway.
            named = {"name": "answer", "schema": request.schema, "strict": False}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif request.schema is not None and self.json_mode == "object":
            body["response_format"] = {"type": "json_object"}
        return body
