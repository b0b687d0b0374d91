"""An instruction is read into clauses and what it names."""

import pytest

from agents.planner.reading import read


@pytest.mark.parametrize(
    ("instruction", "clauses"),
    [
        ("analyse a.csv and draw the trend", ["analyse a.csv", "draw the trend"]),
        ("Read a.csv, then draw it. Finally publish it!", ["Read a.csv", "draw it", "publish it"]),
        ("分析a.csv并生成趋势图", ["分析a.csv", "生成趋势图"]),
        ("抓取网页，然后总结，再提取关键词。", ["抓取网页", "总结", "提取关键词"]),
        ("合并文件", ["合并文件"]),
        ("  ", []),
        ("visit https://example.org/a,b?x=1.", ["visit https://example.org/a,b?x=1"]),
        ('split at ", and " now', ["split at , and  now"]),
    ],
)
def test_clauses_end_at_commas_and_conjunctions(instruction: str, clauses: list[str]) -> None:
    assert [clause.original for clause in read(instruction).clauses] == clauses


@pytest.mark.parametrize(
    ("instruction", "kind", "named"),
    [
        ("分析sales_q3.csv并画图", "file", ["sales_q3.csv"]),
        ("分析销售数据.csv", "file", ["分析销售数据.csv"]),
        ("open data/2026-q3.TSV now", "file", ["data/2026-q3.TSV"]),
        ("analyse /srv/q3/sales.csv", "file", ["/srv/q3/sales.csv"]),
        ("分析 ~/sales.csv，总结 ../../notes.md", "file", ["~/sales.csv", "../../notes.md"]),
        ("read ./a.csv/or.txt", "file", ["./a.csv/or.txt"]),
        ("get https://example.org/x.json.", "url", ["https://example.org/x.json"]),
        ("抓取https://example.org/新闻，总结", "url", ["https://example.org/新闻"]),
        ('count "to be" and “or not”', "quote", ["to be", "or not"]),
        ("don't count the dog's words", "quote", []),
    ],
)
def test_what_is_named_is_kept(instruction: str, kind: str, named: list[str]) -> None:
    assert read(instruction).named(kind) == named


def test_then_and_the_language_are_noted() -> None:
    assert [clause.then for clause in read("fetch it and read it, then count it").clauses] == [False, False, True]
    assert (read("count words").language, read("统计 words").language) == ("en", "zh-Hans")


def test_marks_in_the_instruction_itself_do_no_harm() -> None:
    reading = read("count \ue000 words in \ue005 a.txt")
    assert reading.named("file", reading.clauses[0].text) == ["a.txt"]
