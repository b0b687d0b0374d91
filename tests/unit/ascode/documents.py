"""Workflow documents of every kind, good and bad ones, for property tests."""

import types
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from designer.ascode.document import TriggerDocument, WorkflowDocument
from designer.domain.graph import Edge, Node
from designer.domain.policies import Settings

TRAPS = [
    *("no", "on", "yes", "Null", "~", "", "12:30", "012", "0o17", "0x1f", "1e5", "1_000", "2024-01-01", ".inf", "true"),
    *("=", "<<", "-", "'", '"', "|", ">", "%", "@x", "*a", "&a", "!t", "{", "[", "# no comment", "a: b", "- a"),
    *("${ steps.a.b }", "a\nb", "\n a\n", "a\n\n\n", "trailing \nspace", "\ttab", "a\r\nb", "a" * 300),
    *("Zoë", "工作流", "😀", "\ufeff", "\u2028", "\x85", "\x07"),
]  # fmt: skip
texts = st.sampled_from(TRAPS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ids = st.sampled_from(["start", "a", "b", "c", "no", "Ünïcode"]) | texts
numbers = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | numbers | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


def of_type(kind: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if name == "id" or name in ("source", "target"):
        return ids
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return struct(kind)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(of_type(each, name) for each in arguments))
    if origin is tuple:
        return st.lists(of_type(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(texts, values if arguments[1] is Any else texts, max_size=2)
    known = {str: texts, int: st.integers(-(2**63), 2**63), float: numbers, bool: st.booleans(), type(None): st.none()}
    return values if kind is Any else known[kind]


def struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Return structs of which some fields have their default."""
    fields = msgspec.structs.fields(kind)
    required = {field.name: of_type(field.type, field.name) for field in fields if field.required}
    optional = {field.name: of_type(field.type, field.name) for field in fields if not field.required}
    given = st.fixed_dictionaries(
        required, optional={name: made for name, made in optional.items() if name != "schema"}
    )
    if any(field.name == "schema" and get_origin(field.type) is dict for field in fields):
        given = st.tuples(given, st.dictionaries(texts, values, max_size=2)).map(
            lambda pair: {**pair[0], "schema": pair[1]}
        )
    return given.map(lambda fields: kind(**fields))


triggers = st.builds(
    TriggerDocument,
    kind=st.sampled_from(["webhook", "cron", "nats", "stream"]),
    name=texts.filter(lambda text: 0 < len(text) <= 120),
    config=st.dictionaries(texts, values, max_size=2),
    input=values,
    enabled=st.booleans(),
    version=st.none() | st.integers(1, 99),
    labels=st.dictionaries(texts, texts, max_size=2),
)
documents = st.builds(
    WorkflowDocument,
    name=st.sampled_from(["", "no", "null", "orders", "1e5", "12", "a-b_c"]),
    title=texts.filter(lambda text: len(text) <= 200),
    description=texts,
    base=st.sampled_from(["", "0123456789012345", "1e10000000000000"]),
    settings=struct(Settings),
    nodes=st.lists(st.one_of(*(struct(kind) for kind in get_args(Node))), max_size=5).map(tuple),
    edges=st.lists(struct(Edge), max_size=5).map(tuple),
    triggers=st.none() | st.lists(triggers, max_size=2).map(tuple),
)
