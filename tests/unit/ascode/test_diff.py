"""Differences are found, all of them, and nothing else."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from designer.ascode.comparing import as_lines, as_text
from designer.ascode.document import WorkflowDocument
from designer.domain.diff import EdgeChange, FieldChange, NodeChange, diff
from designer.domain.graph import AgentNode, Edge, Graph, NoteNode, Position, RetryPolicy, Settings, StartNode
from designer.domain.written import written
from tests.unit.ascode.documents import documents

START = StartNode("start")
CALL = AgentNode("a", agent="x", input={"path": "one", "list": [1, 2]})


def test_each_kind_of_difference():
    before = Graph((START, CALL, NoteNode("n")), (Edge("start", "a"),))
    changed = msgspec.structs.replace(CALL, input={"path": "two", "list": [1, 3]}, retry=RetryPolicy(attempts=3))
    moved = msgspec.structs.replace(START, position=Position(5, 6))
    after = Graph(
        (changed, moved, NoteNode("m", title="New")), (Edge("start", "a", "error"),), Settings(priority="low")
    )
    found = diff(before, after)
    assert found.nodes == (
        NodeChange("a", "changed", "agent", "", (
            FieldChange("/input/path", "changed", "one", "two"),
            FieldChange("/input/list/1", "changed", 2, 3),
            FieldChange("/retry", "added", None, {"attempts": 3}),
        )),
        NodeChange("start", "changed", "start", "", (FieldChange("/position", "added", None, {"x": 5, "y": 6}),), True),
        NodeChange("m", "added", "note", "New"),
        NodeChange("n", "removed", "note"),
    )  # fmt: skip
    assert found.edges == (EdgeChange("start", "a", "error", "added"), EdgeChange("start", "a", "out", "removed"))
    assert found.settings == (FieldChange("/priority", "added", None, "low"),)


def test_numbers_of_another_type_are_different():
    one, two = (Graph((AgentNode("a", input={"n": value}),)) for value in (1, 1.0))
    assert diff(one, two)
    assert not diff(one, one)


@given(documents, st.randoms())
def test_order_is_no_difference(document, random):
    nodes = [*{node.id: node for node in document.nodes}.values()]
    graph = Graph(tuple(nodes), document.edges, document.settings)
    random.shuffle(nodes)
    assert not diff(graph, Graph(tuple(nodes), tuple(reversed(document.edges)), document.settings))


@given(documents, documents)
def test_what_is_written_differently_is_different(one, two):
    same = repr(written(one.graph)) == repr(written(two.graph))
    assert same or diff(one.graph, two.graph) or sorted(map(repr, one.nodes)) == sorted(map(repr, two.nodes))


def test_the_lines_of_long_documents_are_those_of_the_unified_diff():
    """Comparing each of thousands of lines that come again and again with every other one took many seconds."""
    before, after = (
        WorkflowDocument(
            nodes=tuple(
                AgentNode(f"a{n}", agent="x", input={"n": n + by, "list": [1, 2]}, position=Position(n + by, 0))
                for n in range(200)
            )
        )
        for by in (0, 1)
    )
    lines = as_lines(before, after)
    told = as_text(before, after, "a", "b").splitlines()[2:]
    assert [line.text for line in lines if line.change == "added"] == [line[1:] for line in told if line[0] == "+"]
    assert [line.text for line in lines if line.change == "removed"] == [line[1:] for line in told if line[0] == "-"]
