"""Ways through a workflow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kinds.graphs import START, act, end, graph, line, node, transform
from tests.integration.kinds.rest import Rest

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]


def branch(name: str, way: str) -> dict[str, Any]:
    return node("condition", name, expression=f"${{ input.{way} }}")


def test_the_start_checks_the_input_and_fills_in_defaults(rest: Rest) -> None:
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {"n": {"type": "integer", "maximum": 9}, "unit": {"type": "string", "default": "kg"}},
    }
    made = rest.draft(line({**START, "schema": schema}, end(text="${ string(input.n) + input.unit }")))
    assert rest.start(made["id"], {"n": 3}, version="draft").completed() == {"text": "3kg"}
    problem = rest.post(f"workflows/{made['id']}/runs", {"input": {"n": 10}, "version": "draft"}, 400)
    assert (problem["code"], problem["errors"][0]["field"]) == ("invalid_input", "/input/n")


@pytest.mark.parametrize(("rain", "taken"), [(True, {"stay": 1}), (False, {"go": 1})])
def test_a_condition_takes_one_of_two_ways(rest: Rest, rain: bool, taken: dict[str, int]) -> None:
    ends = (node("end", "one", output={"stay": 1}), node("end", "other", output={"go": 1}))
    document = graph(START, branch("rain", "rain"), *ends, edges="start>rain rain:true>one rain:false>other")
    assert rest.run(document, {"rain": rain}).completed() == taken


@pytest.mark.parametrize(("size", "way"), [(1, "small"), (5, "medium"), (50, "large")])
def test_a_switch_takes_the_first_case_that_holds(rest: Rest, size: int, way: str) -> None:
    cases = [{"port": "small", "expression": "${ input.n < 3 }"}, {"port": "medium", "expression": "${ input.n < 10 }"}]
    ends = [node("end", name, output={"way": name}) for name in ("small", "medium", "large")]
    edges = "start>pick pick:small>small pick:medium>medium pick:default>large"
    run = rest.run(graph(START, node("switch", "pick", cases=cases), *ends, edges=edges), {"n": size})
    assert run.completed() == {"way": way}
    assert len(run.events("step_skipped")) == 2


def test_a_join_of_all_does_not_wait_for_a_way_not_taken(rest: Rest, ledger: Path, done: Done) -> None:
    nodes = (
        START,
        act("a", ledger),
        branch("maybe", "b"),
        act("b", ledger),
        node("join", "both"),
        end(n="${ steps.both.taken }"),
    )
    edges = "start>a a>both start>maybe maybe:true>b b>both both>end"
    assert rest.run(graph(*nodes, edges=edges), {"b": False}).completed() == {"n": 1}
    assert done() == ["a"]
    assert rest.run(graph(*nodes, edges=edges), {"b": True}).completed() == {"n": 2}


def race(ledger: Path, **join: Any) -> dict[str, Any]:
    slow = act("slow", ledger, input={"seconds": 1.2})
    nodes = (
        START,
        act("a", ledger),
        act("b", ledger),
        slow,
        node("join", "first", **join),
        act("after", ledger),
        end(n="${ steps.first.taken }"),
    )
    return graph(*nodes, edges="start>a start>b start>slow a>first b>first slow>first first>after after>end")


@pytest.mark.parametrize("join", [{"mode": "any"}, {"mode": "count", "count": 2}])
def test_a_join_of_some_goes_on_before_the_last_and_only_once(
    rest: Rest, ledger: Path, done: Done, join: dict[str, Any]
) -> None:
    run = rest.run(race(ledger, **join))
    assert join.get("count", 1) <= run.completed()["n"] <= 2
    order = [event["step"] for event in run.events("step_completed")]
    assert order.index("after") < order.index("slow")
    assert done().count("after") == 1


def test_a_join_that_cannot_get_enough_is_skipped(rest: Rest, ledger: Path, done: Done) -> None:
    nodes = (
        START,
        act("a", ledger),
        branch("maybe", "b"),
        act("b", ledger),
        node("join", "two", mode="count", count=2),
        end(n=1),
    )
    run = rest.run(graph(*nodes, edges="start>a start>maybe maybe:true>b a>two b>two two>end"), {"b": False})
    assert run.completed() == {}
    assert done() == ["a"]


def test_several_ends_add_up(rest: Rest) -> None:
    ends = (node("end", "one", output={"a": 1}), node("end", "two", output={"b": "${ run.id }"}))
    run = rest.run(graph(START, *ends, edges="start>one start>two"))
    assert run.completed() == {"a": 1, "b": run.id}


def each(ledger: Path, inner: dict[str, Any], **settings: Any) -> dict[str, Any]:
    item = act("do", ledger, parent="all", **inner)
    whole = node("map", "all", items="${ input.items }", output="${ steps.do.value }", **settings)
    return line(whole, end(results="${ steps.all.results }", errors="${ steps.all.errors }"), extra=(item,))


def test_a_map_gives_results_in_the_order_of_its_items(rest: Rest, ledger: Path) -> None:
    inner = {
        "input": {"word": "${ string(item) }", "value": "${ item * 10 + index }", "seconds": "${ double(item) / 10.0 }"}
    }
    run = rest.run(each(ledger, inner, concurrency=3), {"items": [3, 1, 2, 0]})
    assert run.completed() == {"results": [30, 11, 22, 3], "errors": [None] * 4}
    assert rest.run(each(ledger, inner), {"items": []}).completed() == {"results": [], "errors": []}


FAILING = {
    "input": {"word": "${ string(item) }", "value": "${ item }", "final": True, "fails": "${ item == 2 ? 9 : 0 }"}
}


def test_a_map_collects_failures_where_it_is_told_to(rest: Rest, ledger: Path, done: Done) -> None:
    output = rest.run(each(ledger, FAILING, failure="collect"), {"items": [1, 2, 3]}).completed()
    assert output["results"] == [1, None, 3]
    assert output["errors"] == [None, {"code": "never", "message": "It will never work."}, None]
    assert sorted(done()) == ["1", "2", "3"]


def test_a_map_fails_with_its_first_failure_and_begins_nothing_more(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(each(ledger, FAILING, concurrency=1), {"items": [1, 2, 3]})
    error = run.failed()
    assert error["code"] == "never"
    assert error["step"].startswith("all")
    assert done() == ["1", "2"]


def test_a_map_that_takes_too_long_stops_what_is_in_it(rest: Rest, ledger: Path) -> None:
    slow = {"input": {"seconds": 30}}
    run = rest.run(each(ledger, slow, timeout_s=0.6), {"items": [1, 2]})
    assert run.failed()["code"] == "timed_out"
    assert len(run.events("step_cancelled")) == 2


def again(ledger: Path, **settings: Any) -> dict[str, Any]:
    step = act("do", ledger, parent="again")
    output = {"count": "${ steps.do.count }", "before": "${ last == null ? 0 : last.count }"}
    whole = node("loop", "again", output=output, **settings)
    return line(whole, end(n="${ steps.again.iterations }", last="${ steps.again.last }"), extra=(step,))


def test_a_loop_goes_on_while_its_condition_holds(rest: Rest, ledger: Path) -> None:
    document = again(ledger, condition="${ last == null || last.count < 3 }", max_iterations=5)
    assert rest.run(document).completed() == {"n": 3, "last": {"count": 3, "before": 2}}
    never = again(ledger, condition="${ index < 0 }")
    assert rest.run(never).completed() == {"n": 0, "last": None}


def test_a_loop_has_a_limit(rest: Rest, ledger: Path, done: Done) -> None:
    error = rest.run(again(ledger, condition="${ true }", max_iterations=3)).failed()
    assert (error["code"], error["step"]) == ("too_many_iterations", "again")
    assert done() == ["do"] * 3


def test_what_cannot_run_is_not_started(rest: Rest) -> None:
    ring = graph(START, transform("a", 1), transform("b", 2), end(), edges="start>a a>b b>a b>end")
    made = rest.post("workflows", {"title": "Ring", "graph": ring}, 201)
    assert [problem["code"] for problem in made["draft"]["problems"]] == ["cycle"]
    assert rest.post(f"workflows/{made['id']}/runs", {"version": "draft"}, 422)["code"] == "graph_problems"
