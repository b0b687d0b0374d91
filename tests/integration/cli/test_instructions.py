"""An instruction in words is planned, shown, agreed to, run and followed: on the command line and over REST."""

import json
import shutil

import pytest

from agentcluster.up.config import PROJECT

pytestmark = pytest.mark.xdist_group("stack")
ENGLISH = "analyse sales_q3.csv and draw the trend"
CHINESE = "分析sales_q3.csv并生成趋势图"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(PROJECT / "designer/samples/analyse_sales/sales_q3.csv", tmp_path)
    return tmp_path


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("instruction", "begins", "draws"), [
    (ENGLISH, "The plan, step by step:", "(plotly-render: "),
    (CHINESE, "计划步骤：", "（plotly-render："),
])  # fmt: skip
def test_an_instruction_is_shown_run_and_followed(stack, folder, instruction, begins, draws):
    said = ok(stack.cli("run", instruction, "--yes", cwd=folder))
    assert begins in said
    assert draws in said
    assert "Completed in" in said
    assert "chart" in said


def test_the_same_instruction_again_runs_the_same_workflow(stack, folder):
    one, other = (json.loads(ok(stack.cli("run", ENGLISH, "--json", cwd=folder))) for _ in range(2))
    assert (one["status"], other["status"]) == ("completed", "completed")
    assert one["id"] != other["id"]
    assert one["workflow"] == other["workflow"]
    assert one["workflow"]["title"] == ENGLISH
    assert set(one["output"]) == {"table", "chart"}
    again = stack.cli("run", one["workflow"]["name"], "--file", "sales_q3.csv", "--version", "draft", cwd=folder)
    assert "Completed in" in ok(again)
    by_title = stack.cli("run", ENGLISH, "--file", "sales_q3.csv", "--version", "draft", "--json", cwd=folder)
    assert json.loads(ok(by_title))["workflow"] == one["workflow"]


def test_a_dry_run_shows_the_plan_and_keeps_nothing(stack, folder):
    with stack.api() as api:
        before = api.get("workflows", params={"limit": 500}).json()["results"]
        plan = json.loads(ok(stack.cli("run", "画出 sales_q3.csv 中各地区的销售额柱状图", "--dry-run", "--json")))
        assert [step["agent"] for step in plan["steps"]] == ["csv-parse", "pandas-exec", "plotly-render"]
        assert {step["version"] for step in plan["steps"]} == {"1.0.0"}
        assert (plan["language"], plan["problems"]) == ("zh-Hans", [])
        assert api.get("workflows", params={"limit": 500}).json()["results"] == before


def test_nothing_runs_without_an_answer_or_what_the_plan_begins_with(stack, tmp_path):
    missing = stack.cli("run", ENGLISH, "--yes", cwd=tmp_path)
    assert missing.returncode == 2
    assert "sales_q3.csv, which is not here" in missing.stderr
    text = stack.cli("run", "count the words", "--json", cwd=tmp_path)
    assert text.returncode == 2
    assert "--input text=" in json.loads(text.stderr)["detail"]
    unasked = stack.cli("run", "count the words", "--input", "text=to be or not", cwd=tmp_path)
    assert unasked.returncode == 2
    assert "Say --yes" in unasked.stderr
    run = json.loads(ok(stack.cli("run", "count the words", "--input", "text=to be or not", "--json")))
    assert run["output"]["counts"]["words"] == 4


def test_a_file_from_elsewhere_is_used(stack, folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    given = ("--file", str(folder / "sales_q3.csv"))
    assert "Completed in" in ok(stack.cli("run", "draw the trend", *given, "--yes", cwd=elsewhere))
    assert "Completed in" in ok(stack.cli("run", f"analyse {folder}/sales_q3.csv", "--yes", cwd=elsewhere))


def test_what_nobody_can_do_is_told_with_the_words(stack):
    told = stack.cli("run", "translate sales_q3.csv into French", "--yes")
    assert told.returncode == 2
    assert "nothing here answers to: translate, french" in told.stderr.replace("\n", " ")
    problem = json.loads(stack.cli("run", "翻译 report.txt", "--json").stderr)
    assert (problem["code"], problem["words"], problem["part"]) == ("no_plan", ["翻译"], "翻译 report.txt")
    assert "Draw a chart" in problem["available"]
    assert problem["errors"][0]["field"] == "/instruction"
    assert stack.cli("run", "no-such-workflow").returncode == 2
    assert "need one" in stack.cli("run", "count the words and lines", "--version", "3").stderr
