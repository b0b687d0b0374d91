"""What goes through the names of an object goes in their order: a run that is taken over comes to the same list."""

import cel
import pytest
from cel.stdlib import STDLIB_FUNCTIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.domain.cel_tree import tree_of
from designer.domain.expressions import ExpressionFailedError, compile_expression
from designer.domain.in_order import IN_ORDER, in_order, ordering, with_order
from designer.domain.values import compile_value
from tests.unit.designer.play import Player, agent, graph, start
from tests.unit.designer.test_expression_work import LEAVES, VALUES, _larger

NAMES = [f"k{number:02}" for number in range(20)]
SCOPE = {"input": {"m": {name: {"n": number} for number, name in enumerate(reversed(NAMES))}, "l": NAMES, "yes": True}}


@pytest.mark.parametrize(
    "source",
    [
        "input.m.map(k, k)",
        "input.m.filter(k, k != '')",
        "(input.yes ? input.m : {}).map(k, true, k)",
        "[input.m][0].map(k, k)",
        "[1].map(one, input.m.map(k, k))[0]",
        "input.m.map(k, k).map(k, k)",
        "input.m.map(k, k).join(',').split(',')",
        "input.m.join(',').split(',')",
        "input.m.distinct()",
        "{'a': input.m}.a.map(k, k)",
        "{'a': {'b': 1}, 'c': input.m}.map(k, k == 'c', input.m.map(n, n))[0]",
        "input.m . map ( k , k )",
        "!input.yes ? [] : input.m.map(k, k)",
        "input.l.map(k, k)",
    ],
)
def test_names_come_in_order_however_often_one_asks(source):
    expression = compile_expression(source)
    assert all(expression.evaluate(SCOPE) == NAMES for _ in range(20))


def test_what_an_expression_puts_together_reads_the_same_each_time():
    value = compile_value("is ${ {'c': 1, 'a': [{'z': 1, 'y': 2}], 'b': 3} }")
    assert {value({}) for _ in range(30)} == {'is {"a": [{"y": 2, "z": 1}], "b": 3, "c": 1}'}


def test_the_function_that_orders_is_nobody_elses():
    with pytest.raises(ExpressionFailedError):
        compile_expression(f"{IN_ORDER}(input.m) == []").evaluate(SCOPE)


def test_a_map_over_the_names_of_an_object_has_the_same_items_after_a_takeover():
    each = {"kind": "map", "id": "each", "items": "${ input.m.map(k, k) }", "concurrency": 3}
    drawn = graph(start(), each, agent("do", parent="each", input={"k": "${item}"}), edges="start>each")
    played = Player(drawn, SCOPE["input"], answer=lambda call: call.input)
    for call in played.dispatch():
        played.reply(call, played.answer(call))
    taken_over = played.resumed([event for _, event in played.log])
    taken_over.play()
    assert taken_over.run.steps["each"].output["results"] == [{"k": name} for name in NAMES]


@settings(max_examples=300, deadline=None)
@given(source=st.recursive(LEAVES, _larger, max_leaves=5), x=VALUES, y=VALUES)
def test_putting_in_order_changes_nothing_else(source, x, y):
    try:
        plain = cel.compile(source)
    except ValueError:
        return
    ordered = cel.compile(with_order(source, tree_of(source)))
    assert _outcome(plain, x, y) == _outcome(ordered, x, y)


def _outcome(program, x, y):
    names = {"x": x, "y": y, "v": x}
    functions = {name: ordering(function) for name, function in STDLIB_FUNCTIONS.items()} | {IN_ORDER: in_order}
    try:
        made = program.execute(cel.Context(variables=names, functions=functions))
    except (ValueError, TypeError, RuntimeError, KeyError, IndexError):
        return "an error"
    return "an optional" if isinstance(made, cel.OptionalValue) else sorted(repr(made))
