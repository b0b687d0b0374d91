"""The offline engine: what it can, and that it says so when it cannot."""

import json
import time
from typing import Any

import pytest

from agents.llm.errors import NeedsLanguageModelError
from agents.llm.offline.engine import answer
from agents.llm.offline.filling import fill
from agents.llm.offline.summary import key_phrases, summarise
from agents.llm.request import LlmRequest, Message

REPORT = """The northern warehouse lost power on Monday. Power failures in the warehouse stopped all deliveries.
The weather was mild. Deliveries from the warehouse started again on Wednesday, after the power was repaired.
Someone brought cake. The warehouse will get a second power line, so that deliveries do not stop again."""
CHINESE_REPORT = (
    "仓库周一停电。停电使仓库的配送全部停止。天气晴朗。供电修复后，仓库周三恢复配送。"
    "有人带了蛋糕。仓库将增加第二条供电线路。"
)


def says(prompt: str, system: str = "", **options: Any) -> str:
    messages = (Message("system", system), Message("user", prompt))
    return answer(LlmRequest(messages=messages, **options)).text


@pytest.mark.parametrize(
    "prompt",
    [
        f"Summarise the following report in 2 sentences:\n\n{REPORT}",
        f"{REPORT}\n\nPlease write a summary of 2 sentences.",
        f"Summary in 2 sentences: {REPORT}",
    ],
)
def test_a_summary_is_made_of_the_texts_own_sentences(prompt: str) -> None:
    summary = says(prompt)
    kept = [each for each in REPORT.replace("\n", " ").split(". ") if each.rstrip(".") in summary]
    assert len(kept) == 2
    assert "cake" not in summary
    assert "mild" not in summary
    assert summary == says(prompt)


def test_a_system_message_may_hold_the_task() -> None:
    assert "power" in says(REPORT, "You summarise texts.")
    assert says("短文。", "总结下面的内容") == "短文。"


def test_chinese_is_summarised_too() -> None:
    summary = says(f"请用2句话总结：{CHINESE_REPORT}")
    assert "仓库" in summary
    assert summary.count("。") == 2
    assert "蛋糕" not in summary


def test_key_phrases_name_what_a_text_is_about() -> None:
    phrases = says(f"List the 5 key phrases:\n{REPORT}").splitlines()
    assert len(phrases) == 5
    assert any("power" in phrase for phrase in phrases)
    assert "仓库" in says(f"关键词：{CHINESE_REPORT}").splitlines()


@pytest.mark.parametrize(
    ("prompt", "label"),
    [
        ("Classify this review as positive, negative or neutral:\nTerrible, it arrived broken and late.", "negative"),
        ("Classify this review as positive, negative or neutral:\nGreat lamp, I love it. Thanks!", "positive"),
        ("Classify as positive, negative or neutral: The box is blue.", "neutral"),
        ("Classify the ticket into billing, technical:\nI was charged twice, please check my invoice.", "billing"),
        ("分类为正面、负面：\n非常满意，推荐购买", "正面"),
    ],
)
def test_labels_are_chosen_by_their_words(prompt: str, label: str) -> None:
    assert says(prompt) == label


@pytest.mark.parametrize(
    "prompt",
    ["Write a poem about rain", "What is the capital of France?", "Classify as red or blue: it rains", "x" * 200_001],
)
def test_what_takes_a_model_is_said_and_not_made_up(prompt: str) -> None:
    with pytest.raises(NeedsLanguageModelError) as caught:
        says(prompt)
    assert (caught.value.code, caught.value.retryable) == ("needs_language_model", False)


ORDER = """Order no: A-1001
Customer: Northwind Ltd
E-mail jane@example.org, ordered on 2026-09-30, see https://example.org/orders/1001.
They want 12 units at a price of $1,249.50; express: yes
Colours: red, blue and green. Terrible packaging last time."""


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("customer", {"type": "string"}, "Northwind Ltd"),
        ("number", {"type": "string", "title": "Order no"}, "A-1001"),
        ("email", {"type": "string", "format": "email"}, "jane@example.org"),
        ("link", {"type": "string", "format": "uri"}, "https://example.org/orders/1001"),
        ("ordered", {"type": "string", "format": "date"}, "2026-09-30"),
        ("units", {"type": "integer"}, 12),
        ("price", {"type": "number"}, 1249.5),
        ("express", {"type": "boolean"}, True),
        ("colours", {"type": "array", "items": {"type": "string"}}, ["red", "blue", "green"]),
        ("mood", {"enum": ["positive", "negative"]}, "negative"),
        ("fixed", {"const": 3}, 3),
        ("absent", {"type": "string", "default": "none"}, "none"),
        ("absent", {"type": ["string", "null"]}, None),
        ("units", {"type": ["integer", "null"]}, 12),
    ],
)
def test_fields_are_read_by_name_form_and_choice(name: str, schema: dict[str, Any], value: Any) -> None:
    assert fill({"type": "object", "properties": {name: schema}}, ORDER) == {name: value}


def test_what_is_not_in_the_text_is_left_out() -> None:
    schema = {"type": "object", "properties": {"weight_kg": {"type": "number"}, "colour": {"type": "string"}}}
    assert fill(schema, "Nothing of the kind.") == {}


def test_a_schema_is_filled_from_a_prompt() -> None:
    schema = {
        "type": "object",
        "properties": {"summary": {"type": "string"}, "keywords": {"type": "array", "items": {"type": "string"}}},
    }
    data = json.loads(says(f"Summarise this:\n{REPORT}", schema=schema))
    assert "warehouse" in data["summary"]
    assert len(data["keywords"]) == 8
    assert fill({"type": "object", "properties": {"数量": {"type": "integer"}}}, "数量：12，尽快") == {"数量": 12}


@pytest.mark.parametrize(
    "piece", ["a", " ", ".", "a@", "1,111", "汉", "units ", "https://", "{", "Aa bb cc. ", "the a "]
)
def test_no_text_holds_a_node_up(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    fields = {"email": {"format": "email"}, "units": {"type": "number"}, "name": {"type": "string"}}
    began = time.monotonic()
    fill({"type": "object", "properties": fields}, text)
    summarise(text)
    key_phrases(text)
    assert time.monotonic() - began < 10
