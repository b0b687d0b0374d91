"""``planner`` as a node calls it; its plans are carried out by the agents they name."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.domain.schema_check import check
from agents.planner.plan import Plan
from designer.samples import sample_file
from tests.unit.planner.plans import carried_out, chain
from tests.unit.tools.calls import DATA, MANIFESTS, call, refuse, table, upload
from tests.unit.tools.web import web_server

SALES = sample_file("analyse-sales", "sales_q3.csv")


def planned(instruction: str, **inputs: Any) -> Plan:
    output = call("planner", instruction=instruction, inputs=inputs)
    return Plan(output["graph"], output["explanation"], tuple(output["agents"]), output["language"])


@pytest.mark.parametrize("instruction", ["analyse sales_q3.csv and draw the trend", "分析sales_q3.csv并生成趋势图"])
@pytest.mark.parametrize("file", [SALES, DATA / "sales_gbk.csv", DATA / "sales_latin1.csv"], ids=lambda path: path.name)
def test_the_sales_trend_is_drawn(instruction: str, file: Path) -> None:
    ref = upload(file)
    output = carried_out(planned(instruction, file=ref), file=ref)
    figure = output["chart"]["figure"]
    assert len(figure["data"]) == 5
    assert all(trace["type"] == "scatter" and len(trace["x"]) >= 11 for trace in figure["data"])
    assert output["table"]["row_count"] >= 55


@pytest.mark.parametrize(
    "instruction", ["analyse sales_q3.csv and draw the trend", "draw a pie chart by region of sales_q3.csv"]
)
def test_a_plan_made_before_the_file_is_known_works_too(instruction: str) -> None:
    output = carried_out(planned(instruction), file=upload(SALES))
    assert output["chart"]["figure"]["data"][0]["type"] == ("pie" if "pie" in instruction else "scatter")


def test_a_table_among_the_inputs_is_looked_at() -> None:
    given = table("day,shop,takings\n2026-01-01,A,5\n2026-01-02,B,7\n2026-01-03,A,6\n")
    made = planned("draw the trend", data=given)
    assert chain(made) == ["pandas-exec", "plotly-render"]
    assert "takings" in made.explanation
    assert carried_out(made, data=given)["chart"]["figure"]["data"]


def test_a_file_that_cannot_be_read_is_left_to_its_step() -> None:
    made = planned("draw the trend of a.csv", file=upload(b"\0\1\2" * 100, "a.csv"))
    assert chain(made) == ["csv-parse", "pandas-exec", "plotly-render"]
    gone = {"$artifact": {"digest": f"sha256:{'1' * 64}", "size": 5, "name": "a.csv"}}
    assert "not known yet" in planned("draw the trend of a.csv", file=gone).explanation


def test_text_is_counted_and_summarised() -> None:
    ref = upload(b"Rain fell all day. The river rose.\n\nPeople left.", "notes.txt", "text/plain")
    made = planned("split notes.txt into paragraphs, count the words and summarise it in 1 sentence", file=ref)
    output = carried_out(made, file=ref)
    assert output["parts"] == ["Rain fell all day. The river rose.", "People left."]
    assert output["counts"]["words"] == 9
    assert (output["summary"], "offline engine" in output["notice"]) == ("Rain fell all day.", True)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a small web server in a thread of its own."""
    monkeypatch.setenv("HTTP_CLIENT_ALLOW", "127.0.0.1")
    ready, over, found = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with web_server() as (port, _):
            found.append(port)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait(10)
    yield f"http://127.0.0.1:{found[0]}"
    over.set()
    thread.join(10)


def test_a_page_is_fetched_counted_and_picked_from(site: str) -> None:
    assert carried_out(planned(f"fetch {site}/plain and count the words"))["counts"]["words"] == 1
    picked = carried_out(planned(f"fetch {site}/json and pick the path field from the JSON"))
    assert picked == {"picked": "/json"}
    assert "json" in json.dumps(carried_out(planned(f"download {site}/json")))


def test_an_instruction_nobody_can_follow_is_no_plan() -> None:
    error = refuse("planner", instruction="paint the fence")
    assert (error.code, error.field, error.data["part"]) == ("no_plan", "/instruction", "paint the fence")


@pytest.mark.parametrize(
    "wrong", [{"instruction": ""}, {"instruction": "x" * 4001}, {"inputs": {}}, {"instruction": "a", "x": 1}]
)
def test_input_that_makes_no_sense_does_not_fit_the_schema(wrong: dict[str, Any]) -> None:
    assert check(MANIFESTS["planner"].intent.input, wrong) != []
