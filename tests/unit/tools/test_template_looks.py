"""How templates lie on the canvas, and what they show: between them every kind of node and every setting."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from designer.domain.graph import COMPENSATE, GroupNode, Node, NoteNode, Settings
from designer.domain.policies import Cache, Concurrency, OnError, RetryPolicy
from designer.domain.validate.topology import CONTAINERS, ports_of
from designer.samples import Template, template, templates
from designer.samples.template import FOLDER

GAP = 40
HEADER = 56
FOOT = 28
"""In a run's trace each card has a foot with its status and time."""
BY_NAME = pytest.mark.parametrize("each", templates(), ids=lambda each: each.name)
FIXED_LATER = {"version", "version_id"}
"""Publishing writes them; a template that named one would be of yesterday."""


class Box:
    """What a node covers of the canvas, in px; inside a container relative to it."""

    def __init__(self, node: Node) -> None:
        self.left, self.top = node.position.x, node.position.y
        width, height = _size(node)
        self.right, self.bottom = self.left + width, self.top + height

    def clear_of(self, other: "Box", gap: float) -> bool:
        beside = self.left >= other.right + gap or other.left >= self.right + gap
        return beside or self.top >= other.bottom + gap or other.top >= self.bottom + gap


def _size(node: Node) -> tuple[float, float]:
    if isinstance(node, (*CONTAINERS, GroupNode)):
        return node.size.x, node.size.y
    if isinstance(node, NoteNode):
        return 340, 44 + 20 * -(-len(node.text) // 48)
    ports = [port for port in ports_of(node) if port != COMPENSATE]
    return 240, 64 + FOOT + (26 if _badges(node) else 0) + (24 * len(ports) if len(ports) > 1 else 0)


def _badges(node: Node) -> bool:
    """Whether the card has a row of small marks (time-outs, retries, …) under its head."""
    bare = type(node)(id=node.id)
    marked = ("retry", "timeout_s", "cache", "on_error", "run_if")
    return any(getattr(node, name, None) != getattr(bare, name, None) for name in marked)


@BY_NAME
def test_templates_read_as_text_does(each: Template) -> None:
    """Left to right; a step that is not further right begins below."""
    nodes = {node.id: node for node in each.graph.nodes}
    for edge in each.graph.edges:
        source, target = Box(nodes[edge.source]), Box(nodes[edge.target])
        assert target.left >= source.right + GAP or target.top >= source.bottom + GAP, edge
        if edge.port == COMPENSATE:
            assert (target.left, target.top >= source.bottom + GAP) == (source.left, True), edge


@BY_NAME
def test_nothing_overlaps_and_containers_hold_what_is_in_them(each: Template) -> None:
    nodes = {node.id: node for node in each.graph.nodes if not isinstance(node, GroupNode)}
    for one, other in combinations(nodes.values(), 2):
        if one.parent == other.parent:
            assert Box(one).clear_of(Box(other), GAP), (one.id, other.id)
    for node in nodes.values():
        if node.parent:
            inner, (width, height) = Box(node), _size(nodes[node.parent])
            assert inner.left >= 20, node.id
            assert inner.top >= HEADER, node.id
            assert inner.right <= width - 20, node.id
            assert inner.bottom <= height - 20, node.id


@BY_NAME
def test_every_step_has_a_title_and_a_note_explains_the_whole(each: Template) -> None:
    titles = [node.title for node in each.graph.nodes]
    assert all(titles), [node.id for node in each.graph.nodes if not node.title]
    notes = [node for node in each.graph.nodes if isinstance(node, NoteNode)]
    assert [len(note.text) > 80 for note in notes] == [True]


def test_together_they_show_every_kind_and_every_setting() -> None:
    shown = _shown()
    missing = [wanted for wanted in _settings() if wanted not in shown]
    assert missing == []


def test_together_they_show_every_choice() -> None:
    """Of settings with a list of choices, each but the one that holds anyway (which may be written out, too)."""
    shown = _shown()
    missing = []
    for (kind, name), (choices, default) in _choices().items():
        missing += [(kind, name, choice) for choice in choices if choice not in {*shown[kind, name], default}]
    assert missing == []
    ports = {edge.port for each in templates() for edge in each.graph.edges}
    assert {"out", "true", "false", "default", "error", "approved", "rejected", COMPENSATE} <= ports


def test_templates_stand_in_folders_of_their_name() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/template.json")}
    assert folders == {each.name.replace("-", "_") for each in templates()}
    for each in templates():
        assert {template(name).needs for name in each.needs} <= {()}


def _raw(each: Template) -> dict[str, Any]:
    path: Path = FOLDER / each.name.replace("-", "_") / "template.json"
    return dict(msgspec.json.decode(path.read_bytes())["graph"])


def _shown() -> dict[tuple[str, str], set[str]]:
    """What stands in the templates' documents: by kind and setting its values, as text."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)

    def note(kind: str, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            found[kind, name].add(str(value))
            if isinstance(value, dict) and name in ("retry", "on_error", "cache", "concurrency"):
                note(name, value)

    for each in templates():
        graph = _raw(each)
        note("settings", graph.get("settings", {}))
        for node in graph["nodes"]:
            note(node["kind"], node)
    return found


def _kinds() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    for kind in get_args(Node):
        yield str(kind.__struct_config__.tag), kind
    yield from (("retry", RetryPolicy), ("on_error", OnError), ("cache", Cache), ("concurrency", Concurrency))
    yield "settings", Settings


_SHARED = {"retry", "on_error", "cache", "run_if", "timeout_s", "heartbeat_timeout_s", "parent"}
"""Settings that mean the same wherever they stand: to be seen once."""


def _settings() -> Iterator[tuple[str, str]]:
    """Every kind with each setting of its own; shared ones where any template shows them."""
    shown = _shown()
    for kind, struct in _kinds():
        for name in struct.__struct_fields__:
            shared = name in _SHARED and any((other, name) in shown for other, _ in _kinds())
            if name not in FIXED_LATER and not shared:
                yield kind, name


def _choices() -> dict[tuple[str, str], tuple[tuple[str, ...], Any]]:
    found: dict[tuple[str, str], tuple[tuple[str, ...], Any]] = {}
    for kind, struct in _kinds():
        hints = get_type_hints(struct)
        for field in msgspec.structs.fields(struct):
            if get_origin(hints[field.name]) is Literal:
                found[kind, field.name] = (get_args(hints[field.name]), field.default)
    return found
