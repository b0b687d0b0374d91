"""What is found wrong with a graph before it runs, and where it is shown."""

import msgspec
import pytest

from agents.domain.manifest import IntentSchema
from designer.domain.catalogue import AgentEntry
from designer.domain.graph import Graph
from designer.domain.validate import validate
from tests.unit.designer.play import agent, graph, start

TABLE = {"type": "object", "x-type": "table"}
PARSE = IntentSchema(
    {
        "type": "object",
        "properties": {
            "file": {"type": "object", "x-type": "file", "title": "File"},
            "delimiter": {"type": "string", "enum": ["auto", ",", ";"]},
        },
        "required": ["file"],
        "additionalProperties": False,
    },
    {"type": "object", "properties": {"table": TABLE, "rows": {"type": "integer"}}, "additionalProperties": False},
)
CHART = IntentSchema(
    {"type": "object", "properties": {"table": TABLE, "title": {"type": "string"}}}, {"type": "object"}
)
CATALOGUE = {
    "parse": AgentEntry("parse", "1.0.0", {"1.0.0": PARSE}),
    "chart": AgentEntry("chart", "1.0.0", {"1.0.0": CHART}),
    "off": AgentEntry("off", "1.0.0", {"1.0.0": CHART}, enabled=False),
}
FILE = {"file": "${input.file}"}


def problems(*nodes, edges=""):
    return [(problem.code, problem.node, problem.field) for problem in validate(graph(*nodes, edges=edges), CATALOGUE)]


def first(*nodes, edges=""):
    return validate(graph(*nodes, edges=edges), CATALOGUE)[0]


def test_a_good_graph_has_no_problems():
    nodes = start(), agent("parse", input=FILE), agent("chart", input={"table": "${steps.parse.table}"})
    assert problems(*nodes, {"kind": "end", "id": "end"}, edges="start>parse parse>chart chart>end") == []


def test_an_empty_graph_needs_a_start():
    assert problems() == [("no_start", "", "")]


def test_a_cycle_is_told_as_a_path():
    found = first(start(), agent("a"), agent("b"), agent("c"), edges="start>a a>b b>c c>a")
    assert found.code == "cycle"
    assert "a → b → c → a" in found.message or "b → c → a → b" in found.message or "c → a → b → c" in found.message


@pytest.mark.parametrize(
    ("nodes", "edges", "expected"),
    [
        ([start(), start(id="other")], "", ("second_start", "other", "")),
        ([start(), agent("parse", input=FILE), agent("parse", input=FILE)], "", ("duplicate_id", "parse", "")),
        ([start(), agent("Bad-Id", agent="chart")], "", ("bad_id", "Bad-Id", "/id")),
        ([start()], "start>nowhere", ("unknown_node", "", "")),
        ([start(), agent("chart")], "start:true>chart", ("unknown_port", "", "")),
        ([start(), {"kind": "note", "id": "n"}], "start>n", ("not_connectable", "", "")),
        ([start(), agent("chart")], "start>chart chart>start", ("into_start", "", "")),
        ([start(), {"kind": "map", "id": "m", "items": [1]}], "start>m", ("empty_map", "m", "")),
        ([start(), agent("chart", parent="gone")], "", ("bad_parent", "chart", "")),
        ([start(), agent("chart")], "", ("never_runs", "chart", "")),
        ([start(), agent("chart")], "start>chart start>chart", ("duplicate_edge", "", "")),
        (
            [start(), {"kind": "map", "id": "m", "items": [1]}, agent("chart", parent="m")],
            "start>m start>chart",
            ("crosses_container", "", ""),
        ),
        (
            [start(), agent("chart"), {"kind": "join", "id": "j", "mode": "count", "count": 3}],
            "start>chart chart>j",
            ("bad_count", "j", "/count"),
        ),
    ],
)
def test_the_shape(nodes, edges, expected):
    assert expected in problems(*nodes, edges=edges)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (agent("x", agent=""), ("no_agent", "x", "/agent")),
        (agent("x", agent="ghost"), ("unknown_agent", "x", "/agent")),
        (agent("x", agent="off"), ("agent_disabled", "x", "/agent")),
        (agent("x", agent="chart", version="9.9.9"), ("unknown_version", "x", "/version")),
        (agent("x", agent="parse"), ("missing_input", "x", "/input/file")),
        (agent("x", agent="parse", input={**FILE, "nope": 1}), ("unknown_input", "x", "/input/nope")),
        (agent("x", agent="parse", input={**FILE, "delimiter": "#"}), ("bad_value", "x", "/input/delimiter")),
        (agent("x", agent="chart", input={"title": "${1 +}"}), ("bad_expression", "x", "/input/title")),
        (agent("x", agent="chart", input={"title": "${nope}"}), ("bad_expression", "x", "/input/title")),
        (agent("x", agent="chart", input={"title": "${item}"}), ("outside_map", "x", "/input/title")),
        (agent("x", agent="chart", input={"title": "${steps.later.a}"}), ("unknown_step", "x", "/input/title")),
        (agent("x", agent="chart", retry={"attempts": 0}), ("out_of_range", "x", "/retry/attempts")),
        (agent("x", agent="chart", timeout_s=-1), ("out_of_range", "x", "/timeout_s")),
        (agent("x", agent="chart", run_if="true"), ("not_a_condition", "x", "/run_if")),
        ({"kind": "condition", "id": "x"}, ("no_condition", "x", "/expression")),
        ({"kind": "switch", "id": "x"}, ("no_cases", "x", "/cases")),
    ],
)
def test_the_settings_of_a_node(node, expected):
    assert expected in problems(start(), node, edges="start>x")


def test_a_step_that_comes_later_cannot_be_read():
    nodes = start(), agent("chart", input={"title": "${steps.parse.rows}"}), agent("parse", input=FILE)
    assert ("step_not_before", "chart", "/input/title") in problems(*nodes, edges="start>chart chart>parse")


def test_an_output_that_is_not_declared_is_named_with_its_nearest():
    nodes = start(), agent("parse", input=FILE), agent("chart", input={"table": "${steps.parse.tabel}"})
    found = first(*nodes, edges="start>parse parse>chart")
    assert (found.code, found.column) == ("unknown_output", 3)
    assert "did you mean `table`?" in found.message


def test_what_cannot_fit_is_refused_with_the_reason():
    nodes = start(), agent("parse", input=FILE), agent("chart", input={"table": "${steps.parse.rows}"})
    found = first(*nodes, edges="start>parse parse>chart")
    assert (found.code, found.message) == (
        "type_mismatch",
        "It does not fit: it takes a table, this is a whole number.",
    )


def test_the_column_counts_from_the_first_character_of_the_field():
    found = first(start(), agent("chart", input={"title": "total: ${ steps.a.b + }"}), edges="start>chart")
    assert (found.code, found.column) == ("bad_expression", 23)


def test_a_node_inside_a_map_sees_what_comes_before_the_map():
    nodes = (
        start(),
        agent("parse", input=FILE),
        {"kind": "map", "id": "m", "items": "${[1,2]}", "output": "${steps.chart.figure}"},
        agent("chart", parent="m", input={"table": "${steps.parse.table}", "title": "${string(item)}"}),
    )
    assert problems(*nodes, edges="start>parse parse>m") == []


def test_1001_nodes_are_too_many():
    assert problems(start(), *(agent(f"n{index}") for index in range(1000))) == [("too_many_nodes", "", "")]


def test_an_http_step_is_checked_against_the_version_it_names():
    old, new = (IntentSchema({"type": "object", "required": [name]}, {"type": "object"}) for name in ("address", "url"))
    catalogue = {"http-client": AgentEntry("http-client", "2.0.0", {"2.0.0": new, "1.0.0": old})}

    def found(version):
        node = {"kind": "http", "id": "get", "input": {"url": "x"}, **({"version": version} if version else {})}
        return [
            (problem.code, problem.field) for problem in validate(graph(start(), node, edges="start>get"), catalogue)
        ]

    assert found("") == found("2.0.0") == []
    assert ("missing_input", "/input/address") in found("1.0.0")
    assert ("unknown_version", "/version") in found("3.0.0")


@pytest.mark.parametrize(
    "part",
    [
        {"position": {"x": 1, "y": 2, "z": 3}},
        {"retry": {"tries": 3}},
        {"on_error": {"action": "continue", "defualt": 1}},
    ],
)
def test_a_field_that_does_not_exist_is_refused(part):
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"nodes": [{"kind": "agent", "id": "a", **part}]}, Graph)
