"""Plans of all kinds, each a sound workflow; and instructions nobody can follow."""

from typing import Any

import pytest

from agents.planner.errors import NoPlanError
from agents.tools import builtin
from tests.unit.planner.plans import FILE, MANIFESTS, agent, chain, plan, steps

PLAIN = ["http-client", "text:replace"]


@pytest.mark.parametrize(
    ("instruction", "agents"),
    [
        ("Fetch https://example.org/news and summarise it in 2 sentences", [*PLAIN, "llm-router"]),
        ("抓取https://example.org/news，然后总结并提取关键词", [*PLAIN, "llm-router", "llm-router"]),
        ("fetch https://example.org, extract the e-mails and count the words", [*PLAIN, "text:extract", "text:count"]),
        ("summarize https://example.org", [*PLAIN, "llm-router"]),
        ("extract all links from https://example.org", ["http-client", "text:extract"]),
        ("给我看看sales_q3.csv每月的平均销量", ["csv-parse", "pandas-exec"]),
        ("fetch https://api.example.org/users and pick the name field from the JSON", ["http-client", "json:query"]),
        ("fetch https://example.org then extract the title and the author", [*PLAIN, "llm-router"]),
        ("download https://example.org", ["http-client"]),
        ("split notes.txt into paragraphs and count the words", ["file-reader", "text:split", "text:count"]),
        ("how many words are in notes.md?", ["file-reader", "text:count"]),
        ('count the words in "to be or not to be"', ["text:count"]),
        ("把文本按行拆分，统计字数", ["text:split", "text:count"]),
        ("统计readme.txt的字数", ["file-reader", "text:count"]),
        ("summarise the text, then classify it as good, bad or unclear", ["llm-router", "llm-router"]),
        ("what is the sentiment of review.txt", ["file-reader", "llm-router"]),
        ('replace "colour" with "color" in notes.txt', ["file-reader", "text:replace"]),
        ("convert notes.txt to upper case and publish it on texts.done", ["file-reader", "text:case", "nats-emit"]),
        ("analyse notes.txt", ["file-reader", "llm-router"]),
        ("read data.json", ["json:parse"]),
        ("read sales.csv", ["csv-parse"]),
        ("analyse sales_q3.csv and publish the result on reports.sales", ["csv-parse", "pandas-exec", "nats-emit"]),
        ("draw the trend", ["csv-parse", "pandas-exec", "plotly-render"]),
        ("画出sales.csv中各地区的销售额柱状图", ["csv-parse", "pandas-exec", "plotly-render"]),
        ("draw the trend of sales.csv and a pie chart by region", ["csv-parse", *["pandas-exec", "plotly-render"] * 2]),
    ],
)
def test_instructions_become_chains_of_agents(instruction: str, agents: list[str]) -> None:
    made = plan(instruction)
    assert chain(made) == agents
    assert plan(instruction) == made
    assert set(made.agents) == {each.partition(":")[0] for each in agents}
    lines = made.explanation.splitlines()
    assert [line[0] for line in lines if line[:1].isdigit()] == [str(at + 1) for at in range(len(agents))]


def test_what_is_named_stands_in_the_plan_and_what_is_missing_is_asked_for() -> None:
    made = plan("Fetch https://example.org/a?b=1 and summarise it in 2 sentences")
    (_, fetch), _, (_, ask) = steps(made)
    assert fetch["url"] == "https://example.org/a?b=1"
    assert ask["prompt"].startswith("Summarise the following text in 2 sentences:\n\n${ steps.plain_text.result }")
    assert made.graph["nodes"][0]["schema"]["required"] == []
    start = plan("count the words").graph["nodes"][0]
    assert start["schema"] == {
        "type": "object",
        "properties": {"text": {"type": "string", "title": "Text"}},
        "required": ["text"],
    }
    named = plan("分析report_7.csv").graph["nodes"][0]["schema"]["properties"]["file"]
    assert named == {"type": "object", "x-type": "file", "title": "report_7.csv"}


def test_inputs_are_used_by_their_names() -> None:
    made = plan("summarise it", {"article": "Some text."})
    assert steps(made)[0][1]["prompt"].endswith("${ input.article }")
    assert (
        steps(plan("fetch it and count the words", {"page": "https://example.org"}))[0][1]["url"] == "${ input.page }"
    )
    assert steps(plan("draw the trend", {"my sheet": FILE["file"]}))[0][1]["file"] == '${ input["my sheet"] }'


def test_then_works_on_what_came_before_it() -> None:
    one = steps(plan("summarise the text and list the key words"))
    two = steps(plan("summarise the text, then list the key words"))
    assert (one[1][1]["prompt"][-15:], two[1][1]["prompt"][-26:]) == (
        "${ input.text }",
        "${ steps.summarise.text }"[-26:].rjust(26, "\n"),
    )


def test_texts_of_the_instruction_never_become_expressions() -> None:
    made = plan('count the words in "${ run.id } and ${"')
    assert steps(made)[0][1]["text"] == "$${ run.id } and $${"


def test_the_explanation_speaks_the_language_of_the_instruction() -> None:
    english = plan("analyse sales.csv and draw the trend")
    assert english.explanation.splitlines()[:3] == [
        "The plan, step by step:",
        "It begins with: sales.csv",
        "1. Parse CSV (csv-parse: Parse CSV)",
    ]
    chinese = plan("分析sales.csv并生成趋势图")
    assert (chinese.language, chinese.explanation.splitlines()[0]) == ("zh-Hans", "计划步骤：")
    assert "将在运行时确定" in chinese.explanation


@pytest.mark.parametrize(
    ("instruction", "part"),
    [
        ("translate report.txt and count words", "translate report.txt"),
        ("analyse sales.csv and email the result to the team", "email the result to the team"),
        ("翻译这份报告", "翻译这份报告"),
        ("总结notes.txt，然后发送给客户", "发送给客户"),
        ("make me happy", "make me happy"),
        ("draw a picture of a cat", "draw a picture of a cat"),
        ("blorp the frobnicator", "blorp the frobnicator"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_what_is_not_understood_is_said_with_what_there_is(instruction: str, part: str) -> None:
    with pytest.raises(NoPlanError) as caught:
        plan(instruction)
    error = caught.value
    assert (error.code, error.field, error.data["part"], error.retryable) == ("no_plan", "/instruction", part, False)
    assert {"Draw a chart", "Summarise", "Analyse a table"} <= set(error.data["available"])


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        ("classify the text", "at least two labels"),
        ("replace it in notes.txt", "put both in quotes"),
        ("publish the text", "name the subject"),
        ("compare a.csv and b.csv", "one file or address"),
        ("analyse data.xlsx", "No agent here reads 'data.xlsx' as a table"),
        ("count the words of report.pdf", "needs a text"),
        (", ".join(["count the words"] * 21), "more than 20 parts"),
    ],
)
def test_what_is_not_clear_is_asked_for(instruction: str, message: str) -> None:
    with pytest.raises(NoPlanError, match=message):
        plan(instruction)


def test_only_agents_that_are_there_are_planned() -> None:
    few = builtin(["csv-parse", "text", "file-reader"])
    with pytest.raises(NoPlanError, match="needs the agent plotly-render") as caught:
        plan("draw the trend of a.csv", manifests=few)
    assert "Draw a chart" not in caught.value.data["available"]
    with pytest.raises(NoPlanError, match="I do not understand 'summarise notes"):
        plan("summarise notes.txt", manifests=few)


TEXT: dict[str, Any] = {"type": "string"}
TRANSLATE = agent("translate", {"text": TEXT}, {"text": TEXT}, "Translate", "翻译")
EXCEL = agent(
    "read-excel",
    {"file": {"type": "object", "x-type": "file"}},
    {"table": {"type": "object", "x-type": "table"}},
    "Read Excel",
    "读取 Excel",
    "parse-xlsx",
)


@pytest.mark.parametrize(
    ("instruction", "agents"),
    [
        ("translate report.txt and count the words", ["file-reader", "translate", "text:count"]),
        ("翻译report.txt", ["file-reader", "translate"]),
        ("draw the trend of data.xlsx", ["read-excel", "pandas-exec", "plotly-render"]),
        ("draw the trend of data.csv", ["csv-parse", "pandas-exec", "plotly-render"]),
    ],
)
def test_other_agents_are_found_by_their_manifests(instruction: str, agents: list[str]) -> None:
    assert chain(plan(instruction, manifests=(*MANIFESTS, TRANSLATE, EXCEL))) == agents
