"""What would go wrong in silence is told when the workflow is saved: conditions, types, failures that lead nowhere."""

import msgspec
import pytest

from designer.domain.catalogue import WorkflowEntry, WorkflowVersionEntry
from designer.domain.graph import Settings
from designer.domain.validate import validate
from designer.domain.validate.outcomes import outcome
from tests.unit.designer.play import agent, graph, start
from tests.unit.designer.test_validation_kinds import CATALOGUE

FIELDS = {
    "a": {"type": "boolean"}, "n": {"type": "integer"}, "s": {"type": "string"}, "l": {"type": "array"}, "x": {},
    "maybe": {"type": ["boolean", "null"]},
}  # fmt: skip
INPUT = {"type": "object", "properties": FIELDS}
WORKFLOWS = {"one": WorkflowEntry("one", {1: WorkflowVersionEntry("v1", {}, limited=True)})}


def problems(*nodes, edges="start>x", settings=None):
    drawn = graph(start(schema=INPUT), *nodes, edges=edges)
    if settings is not None:
        drawn = msgspec.structs.replace(drawn, settings=msgspec.convert(settings, Settings))
    return validate(drawn, CATALOGUE, WORKFLOWS)


def found(*nodes, **more):
    return [(problem.code, problem.field) for problem in problems(*nodes, **more)]


def places(text):
    """The same condition in every place that takes one, and where each stands."""
    inside = agent("do", parent="x")
    yield [agent("x", agent="do", run_if=text)], "/run_if"
    yield [{"kind": "condition", "id": "x", "expression": text}], "/expression"
    yield [{"kind": "switch", "id": "x", "cases": [{"port": "one", "expression": text}]}], "/cases/0/expression"
    yield [{"kind": "loop", "id": "x", "condition": text}, inside], "/condition"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${ input.a && input.x }", None),
        ("${ input.a }", None),
        ("${ input.maybe }", None),
        ("${ input.x }", None),
        ("${ !input.a }", None),
        ("${ input.n > 3 ? input.a : false }", None),
        ("${ has(input.x) }", None),
        ("${ input.l.exists(i, i > 3) }", None),
        ("${ input.x[0] }", None),
        ("true", "not_a_condition"),
        ("${ input.a } and ${ input.a }", "not_a_condition"),
        ("${ input.a } ", "not_a_condition"),
        ("not ${ input.a }", "not_a_condition"),
        ("$${ input.a }", "not_a_condition"),
        ("${ input.n }", "type_mismatch"),
        ("${ input.s }", "type_mismatch"),
        ("${ input.n + 1 }", "type_mismatch"),
        ("${ size(input.l) }", "type_mismatch"),
        ("${ input.l.filter(i, i > 3) }", "type_mismatch"),
        ("${ 'yes' }", "type_mismatch"),
        ("${ input.a ? 1 : 0 }", "type_mismatch"),
        ("${ input.a", "bad_expression"),
        ("${ input.a and input.a }", "bad_expression"),
        ("  ", "no_condition"),
    ],
)
def test_a_condition_is_one_whole_expression_that_can_be_true_or_false(text, code):
    for nodes, field in places(text):
        assert found(*nodes) == ([(code, field)] if code else [])


def test_a_wrong_type_says_what_it_is():
    (problem,) = problems(agent("x", agent="do", run_if="${ input.n }"))
    assert problem.message == "It does not fit: it takes true or false, this is a whole number."


@pytest.mark.parametrize(
    ("source", "types"),
    [
        ("1", {"integer"}),
        ("1.5", {"number"}),
        ("'a'", {"string"}),
        ("[1]", {"array"}),
        ("{'a': 1}", {"object"}),
        ("a < b", {"boolean"}),
        ("a in b", {"boolean"}),
        ("a || b && c", {"boolean"}),
        ("a * b", {"number"}),
        ("a + b", {"number", "string", "array"}),
        ("string(a)", {"string"}),
        ("a.b.startsWith('x')", {"boolean"}),
        ("a.map(i, i)", {"array"}),
        ("-a", None),
        ("!a", None),
        ("null", None),
        ("a.b(c)[0]", None),
        ("a[0]", None),
    ],
)
def test_what_an_expression_gives_is_seen_from_outside(source, types):
    kind = outcome(source).get("type")
    assert ({kind} if isinstance(kind, str) else set(kind) if kind else None) == types


def test_a_failure_that_takes_the_error_edge_needs_one():
    step = agent("x", agent="do", on_error={"action": "branch"})
    assert found(step) == [("no_error_edge", "/on_error/action")]
    assert found(step, agent("undo"), edges="start>x x>undo") == [("no_error_edge", "/on_error/action")]
    assert found(step, agent("undo"), edges="start>x x:error>undo") == []


def test_an_error_edge_inside_a_container_counts_too():
    each = {"kind": "map", "id": "x", "items": [1]}
    inside = agent("do", parent="x", on_error={"action": "branch"}), agent("undo", parent="x")
    assert found(each, *inside, edges="start>x do:error>undo") == []
    assert found(each, *inside) == [("no_error_edge", "/on_error/action")]


def test_nothing_follows_a_failed_condition_that_goes_on():
    node = {"kind": "condition", "id": "x", "expression": "${ input.a }", "on_error": {"action": "continue"}}
    (problem,) = problems(node)
    assert (problem.code, problem.severity, problem.field) == ("no_way_on", "warning", "/on_error/action")
    assert found(agent("x", agent="do", on_error={"action": "continue"})) == []


@pytest.mark.parametrize("port", ["error", "compensate", "default"])
def test_a_case_cannot_be_called_as_another_way_out(port):
    node = {"kind": "switch", "id": "x", "cases": [{"port": port, "expression": "${ input.a }"}]}
    assert found(node) == [("bad_case", "/cases/0/port")]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([1, 2], None),
        ([], None),
        ("${ input.l }", None),
        ("${ input.x }", None),
        ("${ input.l.map(i, i) }", None),
        (5, "type_mismatch"),
        (True, "type_mismatch"),
        ({"a": "${ input.l }"}, "type_mismatch"),
        ("a, b", "type_mismatch"),
        ("${ input.n }", "type_mismatch"),
        ("${ input.l }, ${ input.l }", "type_mismatch"),
        ("${ size(input.l) }", "type_mismatch"),
        (list(range(10_001)), "too_many_items"),
    ],
)
def test_what_a_map_goes_through_is_a_list(items, code):
    node = {"kind": "map", "id": "x", "items": items}
    assert found(node, agent("do", parent="x")) == ([(code, "/items")] if code else [])


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("", []),
        ("${ input.customer }", []),
        ("${ input.region }/${ input.customer }", []),
        ("input.customer", ["constant_key"]),
        ("${ 'all' }", ["constant_key"]),
        ("${ input.", ["bad_expression"]),
    ],
)
def test_a_concurrency_key_differs_from_run_to_run(key, codes):
    settings = {"concurrency": {"limit": 1, "key": key}}
    made = validate(
        msgspec.structs.replace(
            graph(start(), agent("x", agent="do"), edges="start>x"), settings=msgspec.convert(settings, Settings)
        ),
        CATALOGUE,
    )
    assert [(each.code, each.field) for each in made] == [(code, "/settings/concurrency/key") for code in codes]


def test_a_limit_of_runs_does_not_count_inside_another_workflow():
    (problem,) = problems({"kind": "workflow", "id": "x", "workflow": "one"})
    assert (problem.code, problem.severity) == ("limit_not_applied", "warning")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"goal": "g" * 4001}, [("intent_too_large", "/goal")]),
        ({"goal": "g" * 4001 + "${ input.s }"}, [("intent_too_large", "/goal")]),
        ({"goal": "g" * 3990 + "${ input.s + 'and so on and on' }"}, []),
        ({"goal": "g", "capabilities": ["c" * 81]}, [("intent_too_large", "/capabilities")]),
    ],
)
def test_what_an_intent_asks_for_has_bounds(fields, expected):
    told = [each for each in found({"kind": "intent", "id": "x", **fields}) if each[0] != "unknown_capability"]
    assert told == expected
