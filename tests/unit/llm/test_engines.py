"""The three interfaces, over real HTTP."""

import pytest

from agents.llm.engines import AnthropicEngine, OllamaEngine, OpenAIEngine
from agents.llm.errors import (
    EngineError,
    EngineKeyError,
    EngineRefusedError,
    EngineTimeoutError,
    EngineUnavailableError,
    MalformedReplyError,
)
from agents.llm.request import Completion, LlmRequest, Message
from tests.unit.llm.models import ModelServer, model_server
from tests.unit.tools.web import answer

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
KINDS = {"openai": (OpenAIEngine, "/v1"), "anthropic": (AnthropicEngine, "/v1"), "ollama": (OllamaEngine, "")}
each_kind = pytest.mark.parametrize("kind", KINDS)


def engine(kind: str, server: ModelServer, **options):
    make, prefix = KINDS[kind]
    return make(name="test", base_url=server.url(prefix), model="m1", **options)


def request(**options) -> LlmRequest:
    return LlmRequest(messages=(Message("system", "Be brief."), Message("user", "hi")), **options)


async def failure(kind: str, says: object, **options) -> EngineError:
    async with model_server() as server:
        server.says = [says]
        with pytest.raises(EngineError) as caught:
            await engine(kind, server, **options).complete(request(), 5)
    return caught.value


@each_kind
async def test_a_text_comes_back_with_its_tokens(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_LLM_KEY", "s3cret")
    counts = {"openai": (10, 5), "anthropic": (20, 8), "ollama": (30, 9)}[kind]
    async with model_server() as server:
        made = engine(kind, server, api_key_env="TEST_LLM_KEY")
        got = await made.complete(request(temperature=1.5, max_tokens=7, model="m2"), 5)
    assert got == Completion("hello", "m2", *counts)
    _, headers, body = server.requests[0]
    assert "s3cret" in (headers.get("authorization", "") + headers.get("x-api-key", ""))
    assert "s3cret" not in str(body) + repr(made)
    assert body["model"] == "m2"
    assert 7 in (body.get("max_tokens"), body.get("options", {}).get("num_predict"))


@each_kind
async def test_a_schema_goes_along_in_the_way_of_the_interface(kind: str) -> None:
    async with model_server() as server:
        server.says = ['{"n": 7}']
        got = await engine(kind, server).complete(request(schema=SCHEMA), 5)
    body = server.requests[0][2]
    if kind == "anthropic":
        assert got.data == {"n": 7}
        assert body["tools"][0]["input_schema"] == SCHEMA
        assert body["tool_choice"] == {"type": "tool", "name": "answer"}
        assert (body["system"], [turn["role"] for turn in body["messages"]]) == ("Be brief.", ["user"])
    else:
        assert got.text == '{"n": 7}'
        assert SCHEMA in (body.get("format"), body.get("response_format", {}).get("json_schema", {}).get("schema"))
        assert "JSON Schema" in body["messages"][0]["content"]


async def test_anthropic_takes_other_schemas_in_words() -> None:
    async with model_server() as server:
        server.says = ["[1, 2]"]
        got = await engine("anthropic", server).complete(request(schema={"type": "array"}, temperature=2), 5)
    body = server.requests[0][2]
    assert (got.text, got.data, "tools" in body, body["temperature"]) == ("[1, 2]", None, False, 1.0)
    assert '"array"' in body["system"]


async def test_openai_servers_differ_in_how_they_take_a_schema() -> None:
    async with model_server() as server:
        await engine("openai", server, json_mode="object").complete(request(schema=SCHEMA), 5)
        await engine("openai", server, json_mode="prompt").complete(request(schema=SCHEMA), 5)
    bodies = [body for _, _, body in server.requests]
    assert [body.get("response_format") for body in bodies] == [{"type": "json_object"}, None]


@each_kind
@pytest.mark.parametrize(
    ("status", "error", "retryable"),
    [
        (429, EngineUnavailableError, True),
        (503, EngineUnavailableError, True),
        (401, EngineKeyError, False),
        (400, EngineRefusedError, False),
        (404, EngineRefusedError, False),
    ],
)
async def test_refusals_become_typed_errors_with_what_the_server_said(
    kind: str, status: int, error: type[EngineError], retryable: bool
) -> None:
    got = await failure(kind, (status, b'{"error": {"message": "model overloaded."}}'))
    assert (type(got), got.retryable, got.data) == (error, retryable, {"status": status})
    assert got.message == f"test answered {status}: model overloaded."


@each_kind
@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {}}]}',
        b'{"content": []}',
        b'{"message": 1}',
    ],
)
async def test_malformed_replies_are_told_as_such(kind: str, body: bytes) -> None:
    got = await failure(kind, (200, body))
    assert (type(got), got.retryable) == (MalformedReplyError, True)


@each_kind
async def test_a_reply_cut_off_and_a_huge_one_are_errors(kind: str) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"
    assert type(await failure(kind, cut)) is EngineUnavailableError
    assert "4,194,304 bytes" in (await failure(kind, answer("200 OK", b"x" * 5_000_000))).message


@each_kind
async def test_a_silent_server_is_given_up_in_time(kind: str) -> None:
    async with model_server() as server:
        server.delay_s = 5
        with pytest.raises(EngineTimeoutError, match=r"within 0\.1 s"):
            await engine(kind, server).complete(request(), 0.1)


@each_kind
async def test_a_server_that_is_not_there_is_unavailable(kind: str) -> None:
    async with model_server() as server:
        pass
    with pytest.raises(EngineUnavailableError, match="test cannot be reached"):
        await engine(kind, server).complete(request(), 2)


async def test_a_missing_key_is_told_by_its_variable() -> None:
    got = await failure("openai", "hello", api_key_env="TEST_LLM_KEY_NOT_SET")
    assert "TEST_LLM_KEY_NOT_SET is not set" in got.message


async def test_a_refusal_of_the_model_is_marked() -> None:
    body = b'{"choices": [{"message": {"content": null, "refusal": "I will not."}, "finish_reason": "stop"}]}'
    async with model_server() as server:
        server.says = [(200, body)]
        got = await engine("openai", server).complete(request(), 5)
    assert (got.text, got.finish, got.prompt_tokens) == ("I will not.", "refusal", None)
