"""What is found wrong with loops, inner workflows, waits, people, signals, compensation and a workflow's settings."""

import msgspec
import pytest

from agents.domain.manifest import IntentSchema
from designer.domain.catalogue import AgentEntry, WorkflowEntry, WorkflowVersionEntry
from designer.domain.graph import Settings
from designer.domain.validate import validate
from tests.unit.designer.play import agent, graph, start

ANY = IntentSchema({"type": "object"}, {"type": "object"})
CATALOGUE = {
    "do": AgentEntry("do", "1.0.0", {"1.0.0": ANY}, capabilities=frozenset({"doing"})),
    "undo": AgentEntry("undo", "1.0.0", {"1.0.0": ANY}, capabilities=frozenset({"undoing"})),
    "off": AgentEntry("off", "1.0.0", {"1.0.0": ANY}, enabled=False, capabilities=frozenset({"flying"})),
}
NEEDS = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
WORKFLOWS = {
    "count": WorkflowEntry("count", {2: WorkflowVersionEntry("v2", NEEDS), 1: WorkflowVersionEntry("v1", {})}),
    "new": WorkflowEntry("new", {}),
}


def found(*nodes, edges="start>x", settings=None):
    drawn = graph(start(), *nodes, edges=edges)
    if settings is not None:
        drawn = msgspec.structs.replace(drawn, settings=msgspec.convert(settings, Settings))
    return [(problem.code, problem.field) for problem in validate(drawn, CATALOGUE, WORKFLOWS)]


def loop(**more):
    return {"kind": "loop", "id": "x", "condition": "${index < 3}", **more}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"kind": "wait"}, [("no_wait", "/seconds")]),
        ({"kind": "wait", "seconds": 5}, []),
        ({"kind": "wait", "seconds": 5, "until": "2030-01-01"}, [("two_waits", "/until")]),
        ({"kind": "wait", "seconds": -5}, [("not_a_duration", "/seconds")]),
        ({"kind": "wait", "until": "soon"}, [("not_a_moment", "/until")]),
        ({"kind": "wait", "until": "${input.when}"}, []),
        ({"kind": "approval"}, []),
        ({"kind": "approval", "needed": 0}, [("out_of_range", "/needed")]),
        ({"kind": "approval", "needed": 2, "approvers": ["a"]}, [("too_many_needed", "/needed")]),
        ({"kind": "approval", "needed": 2, "approvers": ["a"], "groups": ["g"]}, []),
        ({"kind": "approval", "schema": {"type": "objekt"}}, [("bad_schema", "/schema/type")]),
        ({"kind": "approval", "timeout_s": -1}, [("out_of_range", "/timeout_s")]),
        ({"kind": "signal", "name": "paid"}, []),
        ({"kind": "signal"}, [("bad_signal", "/name")]),
        ({"kind": "signal", "name": "a b"}, [("bad_signal", "/name")]),
        ({"kind": "intent"}, [("no_goal", "/goal")]),
        ({"kind": "intent", "goal": "g", "bid_window_s": 60}, [("out_of_range", "/bid_window_s")]),
        ({"kind": "intent", "goal": "g", "constraints": {"region": "eu", "max_cost": 1, "max_ms": None}}, []),
        (
            {"kind": "intent", "goal": "g", "constraints": {"colour": "red"}},
            [("bad_constraints", "/constraints/colour")],
        ),
        ({"kind": "intent", "goal": "g", "constraints": {"region": 5}}, [("bad_constraints", "/constraints/region")]),
        ({"kind": "intent", "goal": "g", "constraints": {"max_ms": -1}}, [("bad_constraints", "/constraints/max_ms")]),
        (
            {"kind": "intent", "goal": "g", "constraints": {"max_cost": True}},
            [("bad_constraints", "/constraints/max_cost")],
        ),
        ({"kind": "intent", "goal": "g" * 5000}, [("intent_too_large", "/goal")]),
        (
            {"kind": "intent", "goal": "g", "success_criteria": {"description": "x" * 20_000}},
            [("intent_too_large", "/success_criteria")],
        ),
        ({"kind": "intent", "goal": "g", "capabilities": ["doing"] * 33}, [("intent_too_large", "/capabilities")]),
        ({"kind": "intent", "goal": "g", "capabilities": ["doing"]}, []),
        (
            {"kind": "intent", "goal": "g", "capabilities": ["doing", "flying"]},
            [("unknown_capability", "/capabilities")],
        ),
        (
            {"kind": "intent", "goal": "g", "capabilities": ["doing", "undoing"]},
            [("unknown_capability", "/capabilities")],
        ),
        ({"kind": "agent", "capability": "doing"}, []),
        ({"kind": "agent", "capability": "flying"}, [("unknown_capability", "/capability")]),
        ({"kind": "agent"}, [("no_agent", "/agent")]),
        ({"kind": "agent", "agent": "do", "cache": {"ttl_s": 0}}, [("out_of_range", "/cache/ttl_s")]),
        ({"kind": "agent", "agent": "do", "cache": {"key": "${nope.x}"}}, [("bad_expression", "/cache/key")]),
        ({"kind": "agent", "agent": "do", "heartbeat_timeout_s": 0.1}, [("out_of_range", "/heartbeat_timeout_s")]),
        ({"kind": "llm"}, [("unknown_agent", "")]),
        ({"kind": "workflow"}, [("no_workflow", "/workflow")]),
        ({"kind": "workflow", "workflow": "gone"}, [("unknown_workflow", "/workflow")]),
        ({"kind": "workflow", "workflow": "new"}, [("unknown_version", "/version")]),
        ({"kind": "workflow", "workflow": "count", "version": 9}, [("unknown_version", "/version")]),
        ({"kind": "workflow", "workflow": "count"}, [("missing_input", "/input/n")]),
        ({"kind": "workflow", "workflow": "count", "version": 1}, []),
        ({"kind": "workflow", "workflow": "count", "input": {"n": "one"}}, [("bad_value", "/input/n")]),
        ({"kind": "workflow", "workflow": "count", "input": {"n": 1, "m": 1}}, [("unknown_input", "/input/m")]),
        ({"kind": "workflow", "workflow": "count", "input": {"n": "${input.n}"}}, []),
    ],
)
def test_settings_of_a_node(node, expected):
    assert found({"id": "x", **node}) == expected


def test_a_plan_needs_an_instruction():
    assert ("no_instruction", "/instruction") in found({"kind": "plan", "id": "x"})


def test_a_loop_holds_something_and_has_a_sensible_condition():
    inside = agent("do", parent="x", input={"a": "${last}", "b": "${index}"})
    assert found(loop(), inside) == []
    assert found(loop()) == [("empty_loop", "")]
    assert found(loop(condition=""), inside) == [("no_condition", "/condition")]
    assert found(loop(condition="${last.n < 3}", max_iterations=0), inside) == [("out_of_range", "/max_iterations")]
    assert found(loop(), agent("do", parent="x", input={"a": "${item}"})) == [("outside_map", "/input/a")]
    assert found(agent("x", agent="do", input={"a": "${last}"})) == [("outside_map", "/input/a")]


def test_the_steps_of_a_loop_can_be_seen_by_its_output_and_condition_only():
    inside = agent("do", parent="x")
    assert found(loop(output="${steps.do}", condition="${index < 3 && steps.x == null}"), inside)[0][0] == (
        "step_not_before"
    )
    assert found(loop(output="${steps.do}"), inside) == []


def test_a_handler_undoes_one_step_and_nothing_else():
    nodes = agent("x", agent="do"), agent("undo"), agent("do")
    assert found(*nodes, edges="start>x x>do x:compensate>undo") == []
    assert found(*nodes, edges="start>x x>do x:compensate>undo do>undo") == [("handler_connected", "")]
    assert found(*nodes, edges="start>x x:compensate>do x:compensate>undo") == [("second_handler", "")]
    condition = {"kind": "condition", "id": "c", "expression": "${true}"}
    assert found(agent("x", agent="do"), condition, edges="start>x x:compensate>c") == [("not_a_handler", "")]
    assert found(condition, agent("undo"), edges="start>c c:compensate>undo")[0] == ("cannot_undo", "")


def test_a_handler_sees_what_it_undoes():
    nodes = agent("x", agent="do"), agent("undo", input={"was": "${steps.x.id}"})
    assert found(*nodes, edges="start>x x:compensate>undo") == []
    nodes = agent("x", agent="do"), agent("undo", input={"was": "${steps.do}"}), agent("do")
    assert found(*nodes, edges="start>x x>do x:compensate>undo") == [("step_not_before", "/input/was")]


def test_ways_out_of_an_approval_and_of_errors():
    people = {"kind": "approval", "id": "x", "on_error": {"action": "branch"}}
    nodes = people, agent("do"), agent("undo")
    assert found(*nodes, edges="start>x x:approved>do x:error>undo") == []
    assert found(*nodes, edges="start>x x>do x:rejected>undo")[0][0] == "unknown_port"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"timeout_s": 60, "priority": "high"}, []),
        ({"timeout_s": 0}, [("out_of_range", "/settings/timeout_s")]),
        ({"concurrency": {"limit": 1, "key": "${input.customer}"}}, []),
        ({"concurrency": {"limit": 0}}, [("out_of_range", "/settings/concurrency/limit")]),
        ({"concurrency": {"limit": 2, "key": "${input.customer}", "total": 2}}, []),
        (
            {"concurrency": {"limit": 2, "key": "${input.customer}", "total": 1}},
            [("out_of_range", "/settings/concurrency/total")],
        ),
        ({"concurrency": {"limit": 1, "total": 5}}, [("total_without_key", "/settings/concurrency/total")]),
        ({"concurrency": {"limit": 1, "key": "${steps.x}"}}, [("bad_expression", "/settings/concurrency/key")]),
        ({"concurrency": {"limit": 1, "key": "${"}}, [("bad_expression", "/settings/concurrency/key")]),
    ],
)
def test_settings_of_the_workflow(settings, expected):
    assert found(agent("x", agent="do"), settings=settings) == expected


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": "nonsense"}, "/schema/type"),
        ({"properties": 5}, "/schema/properties"),
        ({"type": "array"}, "/schema/type"),
        ({"properties": {"a/b": True}}, "/schema/properties/a~1b"),
        ({"properties": {"a": {"pattern": "^(?=a)"}}}, "/schema/properties/a/pattern"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "/schema/properties/a/$ref"),
    ],
)
def test_the_schema_of_the_input_has_to_be_one(schema, field):
    drawn = graph(start(schema=schema), agent("x", agent="do"), edges="start>x")
    assert [(each.code, each.field) for each in validate(drawn, CATALOGUE, WORKFLOWS)] == [("bad_schema", field)]


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "10000-01-01", 10**400])
def test_moments_beyond_the_calendar_are_none(until):
    assert found({"kind": "wait", "id": "x", "until": until}) == [("not_a_moment", "/until")]


def test_seconds_beyond_all_numbers_are_none():
    assert found({"kind": "wait", "id": "x", "seconds": 10**400}) == [("not_a_duration", "/seconds")]


def test_true_is_a_schema_for_anything_below_the_fields_of_the_input():
    schema = {"properties": {"a": {"properties": {"b": True}}, "list": {"type": "array", "items": True}}}
    wait = {"kind": "wait", "id": "x", "seconds": "${ input.a.b.c }"}
    each = {"kind": "map", "id": "y", "items": "${ input.list }"}
    drawn = graph(start(schema=schema), wait, each, agent("z", agent="do", parent="y"), edges="start>x x>y")
    assert validate(drawn, CATALOGUE, WORKFLOWS) == []
