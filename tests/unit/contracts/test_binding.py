"""Which subject follows which contract."""

import pytest

from agents.domain.contracts.binding import Binding, Bindings, meet


def binding(contract, pattern):
    return Binding(contract, pattern, "JSON", 1, "1.0.0")


BINDINGS = Bindings([
    binding("exact", "orders.created.v1"), binding("star", "orders.*.v1"), binding("rest", "orders.>"),
    binding("texts", "agent.text.input"), binding("agent.json.input", ""), binding("none", ""),
])  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "contract"),
    [
        ("orders.created.v1", "exact"),
        ("orders.paid.v1", "star"),
        ("orders.paid.v2", "rest"),
        ("orders.a.b.c", "rest"),
        ("orders", None),
        ("other.created.v1", None),
    ],
)
def test_the_most_exact_pattern_counts(subject, contract):
    found = BINDINGS.of_subject(subject)
    assert (found.contract if found else None) == contract


def test_agents_have_the_contracts_bound_to_them():
    assert BINDINGS.has_agent("text")
    assert not BINDINGS.has_agent("json")
    assert BINDINGS.of_agent("text", "input")
    assert BINDINGS.of_agent("text", "output") is None
    assert BINDINGS.of_subject("agent.text.input") is None
    assert Bindings().of_subject("orders.created.v1") is None


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("a.*", "a.b", True),
        ("a.>", "a.b.c", True),
        ("a.*", "b.*", False),
        ("a", "a.b", False),
        ("a.>", "a", False),
        ("*.b", "a.*", True),
    ],
)
def test_patterns_meet_where_some_subject_is_of_both(one, other, together):
    assert meet(one.split("."), other.split(".")) is together
    assert meet(other.split("."), one.split(".")) is together
