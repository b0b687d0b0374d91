"""What is written is read back as it was, whatever stands in it."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings

from designer.ascode.document import WorkflowDocument
from designer.ascode.reading import parse
from designer.ascode.writing import to_json, to_yaml
from designer.domain.graph import Edge, StartNode
from designer.domain.written import in_flow_order, written
from designer.samples.template import templates
from tests.unit.ascode.documents import documents


def in_order(document):
    graph = in_flow_order(document.graph)
    return msgspec.structs.replace(document, nodes=graph.nodes, edges=graph.edges)


@pytest.mark.parametrize("write", [to_yaml, to_json])
@settings(max_examples=300)
@given(document=documents)
def test_nothing_is_lost(write, document):
    text = write(document)
    read = parse(text).document
    assert read == in_order(document)
    assert repr(written(read)) == repr(written(in_order(document))), "numbers keep their types"
    assert write(read) == text


def test_a_document_that_uses_an_id_twice_has_one_order():
    nodes = (StartNode(id="start"), StartNode(id="start"), StartNode(id="a"))
    document = WorkflowDocument(name="", nodes=nodes, edges=(Edge(source="a", target="start"),))
    ordered = in_order(document)
    assert [node.id for node in ordered.nodes] == ["a", "start", "start"]
    assert in_order(ordered) == ordered


@given(document=documents)
def test_order_is_all_that_changes(document):
    ordered = in_order(document)
    assert Counter(map(repr, ordered.nodes)) == Counter(map(repr, document.nodes))
    assert Counter(map(repr, ordered.edges)) == Counter(map(repr, document.edges))
    assert in_order(ordered) == ordered


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.name)
def test_the_templates_come_back(template):
    graph = template.graph
    document = WorkflowDocument(
        name=template.name, title=template.title, nodes=graph.nodes, edges=graph.edges, settings=graph.settings
    )
    for text in (to_yaml(document), to_json(document)):
        assert parse(text).document == in_order(document)
