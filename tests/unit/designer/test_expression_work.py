"""The bounds on what an expression may do: whatever it names and calls, it is refused before it holds anything up."""

import re
import string
import time

import cel
import pytest
from cel.stdlib import STDLIB_FUNCTIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.domain.cel_tree import tree_of
from designer.domain.expression_work import MAX_CHARACTERS, TooMuchWorkError, work_of
from designer.domain.expressions import ROOTS, ExpressionError, ExpressionFailedError, compile_expression
from designer.domain.function_work import ENTRIES, LETTERS, LISTED, PARTS, PLAIN
from designer.domain.named import handed_over, named_parts
from designer.domain.shapes import shape_of
from designer.domain.values import compile_value
from designer.triggers.kinds import ROOTS as TRIGGER_ROOTS
from designer.triggers.mapping import MappingError, apply

EVERY_ROOT = sorted(ROOTS.union(*TRIGGER_ROOTS.values()))
WORK, SIZE = "rule expression_work", "rule expression_size"
LARGE = {
    "xs": list(range(9_000)), "few": list(range(2_500)), "some": list(range(300)), "rows": [{"n": [[1]]}] * 900,
    "t": "x" * 64_000, "u": "x" * 1_000_000, "names": {f"k{n}": n for n in range(9_000)}, "p": "(x{1,50}){1,50}y",
    "long": "x" * 20_000 + "y" + "x" * 20_000,
}  # fmt: skip
HOLES = [
    ("R.xs.map(a, a + 1)", WORK),
    ("R['xs'].map(a, a + 1)", WORK),
    ("R\n.xs .map ( a, a + 1 )", WORK),
    ("[R][0].xs.map(a, a + 1)", WORK),
    ("{'k': R}.k.xs.map(a, a + 1)", WORK),
    ("(true ? R : R).xs.filter(a, a > 1)", WORK),
    ("R.xs.map(R, R + 1)", WORK),
    ("false || R.some.map(a, R.some.map(b, 1)).size() < 0 || R.xs.filter(c, R.xs.exists(d, d > c)).size() == 1", WORK),
    ("R.names.map(k, k)", WORK),
    ("R.xs.all(a, R.xs.all(b, b >= 0))", WORK),
    ("R.xs.exists_one(a, R.xs.exists(b, b < 0))", WORK),
    ("R.some.map(a, R)", WORK),
    ("R.few.map(a, R.t)", WORK),
    ("R.rows.map(a, a.n + a.n + a.n + a.n)", WORK),
    ("R.xs.distinct()", WORK),
    ("sets.contains(R.xs, R.xs)", WORK),
    ("R.few.all(a, R.xs.sort().size() > 0)", WORK),
    ("R.few.all(a, math.greatest(R.xs) > 0)", WORK),
    ("R.few.all(a, R.xs.slice(0, 9).size() > 0 && R.xs.reverse().size() > 0)", WORK),
    ("R.few.all(a, R.t.lowerAscii() != '')", WORK),
    ("R.few.all(a, R.t.split('') != [])", WORK),
    ("R.t.split('').join(R.t)", SIZE),
    ("R.some.map(a, R.t).join(R.t)", WORK),
    ("R.t.split('x', 300).join(R.u)", SIZE),
    ("R.u.split('')", WORK),
    ("R.t.split('xx').size() > 0 ? R.few.map(a, 'x').join(R.p + R.t) : ''", SIZE),
    ("+".join(["R.u"] * 60), SIZE),
    ("+".join(["R.xs"] * 150), WORK),
    (f"[{', '.join(['R.u'] * 60)}]", SIZE),
    (f"{{{', '.join(f'{n}: R.u' for n in range(60))}}}", SIZE),
    ("[R.t]" + ".map(a, a + a)" * 20, SIZE),
    ("[1]" + ".map(a, [a, a])" * 40, WORK),
    ("R.t.matches('(x{1,50}){1,50}y')", WORK),
    ("R.t.matches(R.p)", WORK),
    (r"R.t.matches('(x\x7b1,50\x7d)\x7b1,50\x7dy')", WORK),
    (r"R.few.all(a, 'x'.matches('\\w{20}|x'))", WORK),
    ("R.u.lastIndexOf(R.long)", WORK),
    ("R.few.all(a, [R.names, R.names].all(n, n.size() > 0))", WORK),
    ("R.few.all(a, R.names == R.names)", WORK),
    ("R.few.all(a, R.p.matches(R.p.substring(0)))", WORK),
    ('R.xs.map(a, """ " """ + string(a))', WORK),
    ("R.xs // ) \n.map(a, a)", WORK),
]


@pytest.mark.parametrize("root", EVERY_ROOT)
@pytest.mark.parametrize(("source", "rule"), HOLES)
def test_every_root_is_held_to_the_bounds_and_told_which(root, source, rule):
    expression = compile_expression(re.sub(r"\bR\b", root, source), frozenset({root}))
    scope = {root: {"some_step": LARGE} if root == "steps" else LARGE}
    if root == "steps":
        expression = compile_expression(re.sub(r"\bR\b", "steps.some_step", _free_of_shadows(source)), ROOTS)
    began = time.monotonic()
    with pytest.raises(ExpressionFailedError) as caught:
        expression.evaluate(scope)
    assert "too much work" in caught.value.message
    assert rule in caught.value.message
    assert time.monotonic() - began < 3


def _free_of_shadows(source):
    return source.replace(".map(R, R + 1)", ".map(r, r + 1)")


def test_the_roots_of_steps_and_of_every_kind_of_trigger_are_tried():
    assert {"input", "steps", "run", "item", "index", "last", "body", "event", "headers", "query", "schedule"} == set(
        EVERY_ROOT
    )


@pytest.mark.parametrize(
    "source",
    [
        "index == 0 || last.map(a, last.map(b, 1)).size() < 0",
        "last.map(a, last.map(b, last.map(c, 1))).size() > 0",
        "index == 0 || last.split('').join(last) != ''",
    ],
)
def test_a_loop_looks_at_what_its_last_iteration_gave_within_bounds(source):
    last = "x" * 30_000 if "join" in source else list(range(500))
    with pytest.raises(ExpressionFailedError, match=SIZE if "join" in source else WORK):
        compile_expression(source).evaluate({"index": 1, "last": last})


@pytest.mark.parametrize("kind", [kind for kind in TRIGGER_ROOTS if "body" in TRIGGER_ROOTS[kind]])
def test_a_triggers_mapping_is_held_to_the_bounds(kind):
    began = time.monotonic()
    with pytest.raises(MappingError, match=WORK):
        apply(kind, {"n": "${ body.l.map(a, body.l.filter(b, b > a).size()) }"}, {"body": {"l": list(range(600))}})
    with pytest.raises(MappingError, match=SIZE):
        apply(kind, {"t": "${ body.t.split('').join(body.t) }"}, {"body": {"t": "x" * 5_000}})
    assert time.monotonic() - began < 2


def test_many_expressions_of_one_value_are_held_to_the_bounds_together():
    xs = {"input": {"xs": list(range(3_500))}}
    one = "${ input.xs.map(a, a + 1).size() }"
    assert compile_value({"a": one, "b": one})(xs) == {"a": 3_500, "b": 3_500}
    began = time.monotonic()
    with pytest.raises(ExpressionFailedError, match="expressions beside it.*" + WORK):
        compile_value({f"f{n}": [one] for n in range(1_000)})(xs)
    assert time.monotonic() - began < 5


def test_a_text_or_list_that_repeats_what_is_there_is_refused_before_it_is_made():
    scope = {"input": {"t": "x" * 64_000, "l": [["x" * 1_000] * 500]}}
    with pytest.raises(ExpressionFailedError, match=SIZE):
        compile_value("${input.t}" * 10_000)(scope)
    with pytest.raises(ExpressionFailedError, match=SIZE):
        compile_value({"all": ["${input.l}"] * 10_000})(scope)
    with pytest.raises(ExpressionFailedError, match=SIZE):
        compile_value({"all": ["${input.l}"] * 10_000, "one": "${ {'a': input.t} }"})(scope)
    assert len(compile_value({"all": ["${input.l}"] * 20})(scope)["all"]) == 20


def test_every_function_of_the_library_has_a_bound():
    """One that is missing would count as giving no more than it takes: say so in ``function_work``, or leave it out."""
    judged = PLAIN | PARTS | LISTED | ENTRIES | LETTERS | {"join", "split", "matches"}
    left_out = {"replace", "flatten", "lists.range"}
    assert STDLIB_FUNCTIONS.keys() - judged == left_out
    for name in left_out:
        call = f"{name}(3)" if "." in name else f"'a'.{name}('a', 'b')"
        with pytest.raises(ExpressionError):
            compile_expression(call).evaluate({})


ORDINARY = [
    ("input.rows.map(r, {'price': r.price * 2, 'name': r.name})", 1_000),
    ("input.rows.filter(r, input.wanted.exists(w, w == r.name))", 20),
    ("input.csv.split('\\n').map(l, l.split(','))", 500),
    ("input.rows.map(r, r.name).distinct().sort()", 1_000),
    ("input.rows.filter(r, r.name.matches('^name [0-9]{1,3}$'))", 1_000),
    ("input.rows.map(r, r.name).join(', ').split(', ')", 1_000),
    ("input.prose.split(' ').filter(w, w.size() > 2)", 0),
    ("input.rows.slice(0, 10).map(r, r.name.upperAscii())", 10),
]


@pytest.mark.parametrize(("source", "length"), ORDINARY)
def test_ordinary_work_on_ordinary_data_goes_through(source, length):
    rows = [{"name": f"name {n}", "price": n} for n in range(1_000)]
    wanted = [f"name {n}" for n in range(20)]
    data = {"rows": rows, "wanted": wanted, "csv": "\n".join(["a,b,c,1,2"] * 500), "prose": "of a " * 1_000}
    assert len(compile_expression(source).evaluate({"input": data})) == length


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(string.ascii_letters + "{},", max_size=12),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
LEAVES = st.sampled_from(
    ["x", "y", "x.a", "y.b", "x[0]", "y[1].c", "v", "1", "'a,b'", "[]", "{}", "x.a.size()", "'ab{2}'", "r'\\w'", "-1"]
)


def _larger(inner):
    pairs = st.tuples(inner, inner)
    forms = [
        "({} + {})", "[{}, {}]", "({} == {})", "(true ? {} : {})", "{{'a': {}, 'b': {}}}", "{{string({}): {}}}",
        "{}.map(v, {})", "{}.filter(v, {} == v)", "{}.map(v, true, {})", "{}.all(v, {} != v)", "[{}, 1].map(v, [v, {}])",
        "{}.join({})", "{}.split({})", "{}.contains({})", "sets.contains({}, {})", "math.greatest({}, {})",
        "{}.matches({})", "({} in {})", "max({}, {})",
    ]  # fmt: skip
    single = ["{}.sort()", "{}.reverse()", "{}.distinct()", "{}.first().value()", "{}.upperAscii()", "{}.a", "{}[0]",
              "string({})", "bytes({})", "strings.quote({})", "{}.slice(0, 1)", "dyn({})", "{}.substring(1)"]  # fmt: skip
    two = st.tuples(st.sampled_from(forms), pairs).map(lambda made: made[0].format(*made[1]))
    return two | st.tuples(st.sampled_from(single), inner).map(lambda made: made[0].format(made[1]))


@settings(max_examples=600, deadline=None)
@given(source=st.recursive(LEAVES, _larger, max_leaves=6), x=VALUES, y=VALUES)
def test_nothing_is_larger_than_it_was_judged_to_be(source, x, y):
    try:
        program = cel.compile(source)
    except ValueError:
        return
    tree = tree_of(source)
    names = {"x": x, "y": y, "v": x}
    try:
        _, bound = work_of(tree, names)
        made = program.execute(cel.Context(variables=names, functions=STDLIB_FUNCTIONS))
    except (TooMuchWorkError, ValueError, TypeError, RuntimeError, KeyError, IndexError):
        return
    if isinstance(made, cel.OptionalValue | bytes):
        return
    actual = shape_of(made)
    assert actual.chars <= bound.chars <= MAX_CHARACTERS
    assert actual.units <= bound.units
    assert actual.length <= bound.length or isinstance(made, str)


@settings(max_examples=400, deadline=None)
@given(source=st.recursive(LEAVES, _larger, max_leaves=4), x=VALUES, y=VALUES)
def test_what_is_handed_over_is_all_that_an_expression_looks_at(source, x, y):
    try:
        program = cel.compile(source)
        work_of(tree_of(source), {"x": x, "y": y, "v": x})
    except (ValueError, TooMuchWorkError):
        return
    names = {"x": x, "y": y, "v": x}
    assert _outcome(program, handed_over(named_parts(tree_of(source)), names)) == _outcome(program, names)


def _outcome(program, names):
    try:
        made = program.execute(cel.Context(variables=names, functions=STDLIB_FUNCTIONS))
    except (ValueError, TypeError, RuntimeError, KeyError, IndexError) as error:
        return type(error)
    return "an optional" if isinstance(made, cel.OptionalValue) else sorted(repr(made))


def test_no_more_is_handed_over_than_is_named():
    parts = named_parts(tree_of("a.b['c'].size() + a.b.d[0].e + f[g.h].i + k.map(l, l.m == a.n.o).size()"))
    assert parts == {
        "a": {"b": {"c": None, "d": None}, "n": {"o": None}},
        "f": None, "g": {"h": None}, "k": None, "l": None,
    }  # fmt: skip
    assert handed_over(parts, {"a": {"b": {"c": 1, "x": 2}, "y": 3}, "z": 4}) == {"a": {"b": {"c": 1}}}


@pytest.mark.parametrize(
    "source",
    ["1+" * 1_500 + "1", "x" + ".a" * 1_900, "!" * 1_900 + "true", "x" + "[0]" * 1_300, "true&&" * 490 + "true"],
)
def test_a_long_expression_is_read_without_going_deep(source):
    assert tree_of(source) is not None


def test_data_that_is_nested_too_deeply_is_told_plainly():
    nested = []
    for _ in range(5_000):
        nested = [nested]
    with pytest.raises(ExpressionFailedError, match="nested too deeply"):
        compile_expression("input.all(a, a == a)").evaluate({"input": nested})
