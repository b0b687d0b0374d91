"""Whatever is asked, there is a sound workflow or a typed error, soon, and always the same."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.planner.errors import NoPlanError
from agents.planner.plan import Plan
from tests.unit.planner.plans import FILE, SALES, plan

_WORDS = (
    "analyse draw chart trend pie bar summarise count words split lines extract emails the title and then , . by region per "
    "week top 5 of from a.csv b.txt c.json https://example.org/x “quote” ${ } publish on a.b classify as good bad fetch "
    "read upper case replace with 分析 趋势图 并 然后 总结 统计 字数 抓取 提取 关键词 按地区 画 柱状图 "
    "sales.csv的 翻译 it please 3"
)
WORDS = _WORDS.split()


def outcome(instruction: str, known: bool) -> Plan | str:
    try:
        return plan(instruction, FILE, SALES) if known else plan(instruction)
    except NoPlanError as error:
        return f"{error.field}: {error.message}"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.booleans(), st.sampled_from(["", " "]))
def test_any_words_give_a_sound_plan_or_a_typed_error(words: list[str], known: bool, space: str) -> None:
    instruction = space.join(words)
    first = outcome(instruction, known)
    assert first == outcome(instruction, known)
    assert isinstance(first, Plan) or first.startswith("/instruction: ")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_sound_plan_or_a_typed_error(instruction: str) -> None:
    outcome(instruction, known=False)


@pytest.mark.parametrize("piece", ["a", " ", "extract ", "提取", '"', "get a ", "a.", "top ", "生成", ", ", "and "])
def test_no_instruction_takes_long(piece: str) -> None:
    began = time.monotonic()
    outcome(piece * (4000 // len(piece)), known=False)
    assert time.monotonic() - began < 5
