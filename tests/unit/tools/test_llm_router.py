"""``llm-router`` as a node calls it."""

import asyncio
import json
from typing import Any

import pytest

from agentcluster.clock import monotonic
from agents.domain.schema_check import check
from agents.tools import CallContext, ToolError, resolve
from tests.unit.llm.models import model_server
from tests.unit.tools.calls import MANIFESTS, call, refuse

MANIFEST = MANIFESTS["llm-router"]


@pytest.fixture(autouse=True)
def _no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_ENGINES", raising=False)
    monkeypatch.delenv("LLM_ENGINES_FILE", raising=False)


def test_the_offline_engine_says_that_it_is_one() -> None:
    output = call("llm-router", prompt="Summarise: Rain fell. The river rose.")
    assert (output["text"], output["engine"], output["usage"]["cost"]) == ("Rain fell. The river rose.", "offline", 0)
    assert "offline engine, not by a language model" in output["notice"]


def test_a_schema_gives_data() -> None:
    schema = {"type": "object", "properties": {"units": {"type": "integer"}}, "required": ["units"]}
    output = call("llm-router", prompt="They ordered 12 units.", schema=schema)
    assert (output["data"], json.loads(output["text"])) == ({"units": 12}, {"units": 12})
    error = refuse("llm-router", prompt="They ordered nothing.", schema=schema)
    assert (error.code, error.field) == ("output_not_valid", "/schema")
    assert "/units is required" in error.message


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"prompt": "Write a poem"}, "needs_language_model", "/prompt"),
        ({}, "bad_value", "/prompt"),
        ({"messages": [{"role": "assistant", "content": "hi"}]}, "bad_value", "/prompt"),
        ({"prompt": "Summarise: a.", "schema": {"type": "no"}}, "bad_value", "/schema/type"),
        ({"prompt": "a", "engine": "gpt"}, "no_engine", "/engine"),
        ({"prompt": "a", "engine": "a", "engines": ["b"]}, "bad_value", "/engines"),
        ({"prompt": "a" * 600_000, "messages": [{"role": "user", "content": "b" * 600_000}]}, "bad_value", "/messages"),
    ],
)
def test_bad_input_is_told(input: dict[str, Any], code: str, field: str) -> None:
    error = refuse("llm-router", **input)
    assert (error.code, error.field, error.retryable) == (code, field, False)


@pytest.mark.parametrize("wrong", [{"max_tokens": 0}, {"temperature": 3}, {"strategy": "best"}, {"timeout_s": 0}])
def test_options_out_of_range_do_not_fit_the_schema(wrong: dict[str, Any]) -> None:
    assert check(MANIFEST.intent.input, {"prompt": "a", **wrong}) != []


def test_a_bad_configuration_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_ENGINES", "{")
    assert refuse("llm-router", prompt="a").code == "bad_llm_configuration"


def test_configured_servers_answer_and_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(**options: Any) -> tuple[dict[str, Any], int]:
        async with model_server() as server:
            server.says = [(503, b"{}"), "hello"]
            shared = {"model": "m", "price_per_1k": {"input": 1, "output": 2}}
            engines = [
                {"name": "one", "kind": "openai", "base_url": server.url("/v1"), **shared},
                {"name": "two", "kind": "ollama", "base_url": server.url(), **shared},
            ]
            monkeypatch.setenv("LLM_ENGINES", json.dumps(engines))
            output = await resolve(MANIFEST.entry_point)({"prompt": "hi", **options}, CallContext())
            return output, len(server.requests)

    output, asked = asyncio.run(ask())
    assert check(MANIFEST.intent.output, output) == []
    assert (output["engine"], output["model"], output["text"], asked) == ("two", "m", "hello", 2)
    assert output["usage"] == {"prompt_tokens": 30, "completion_tokens": 9, "cost": 0.048, "estimated": False}
    assert (output["failures"][0]["engine"], output["failures"][0]["code"]) == ("one", "engine_unavailable")
    with pytest.raises(ToolError) as caught:
        asyncio.run(ask(engine="one"))
    assert caught.value.code == "engine_unavailable"


def test_no_time_left_is_told() -> None:
    with pytest.raises(ToolError) as caught:
        call("llm-router", CallContext(deadline=monotonic() - 1), prompt="Summarise: a.")
    assert caught.value.code == "deadline_exceeded"
