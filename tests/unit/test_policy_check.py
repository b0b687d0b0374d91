"""What is wrong with a policy is told by field and rule; nothing wrong ever counts."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.policy import KINDS, SPECS, PolicySet
from agents.domain.policy_check import NUMBER_MAX, SET_MAX, check_policy, check_set, read_set

REGISTRY = {"json": frozenset({"1.0.0", "2.0.0"}), "text": frozenset({"1.0.0"})}
GOOD = {"name": "api-default", "kind": "rate_limit", "spec": {"rate": 5}}


def policy(**changes):
    return {**GOOD, **changes}


def codes(checked):
    return {fault.field: fault.code for fault in checked.faults}


def test_what_is_right_passes_for_every_kind_with_its_defaults():
    for kind in KINDS:
        match = {"agent": "json"} if kind in ("canary", "mirror") else {}
        spec = {"version": "2.0.0"} if kind in ("canary", "mirror") else {}
        checked = check_policy({"name": kind.replace("_", "-"), "kind": kind, "match": match, "spec": spec}, REGISTRY)
        assert not checked.faults, (kind, checked.faults)
        assert checked.policies[0].kind == kind


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        (None, "", "wrong_type"),
        ([], "", "wrong_type"),
        ("rate", "", "wrong_type"),
        ({"kind": "rate_limit"}, "/name", "bad_name"),
        (policy(name=""), "/name", "bad_name"),
        (policy(name="Upper"), "/name", "bad_name"),
        (policy(name="a b"), "/name", "bad_name"),
        (policy(name="a/b"), "/name", "bad_name"),
        (policy(name="x" * 65), "/name", "bad_name"),
        (policy(name="history"), "/name", "bad_name"),
        (policy(name=7), "/name", "wrong_type"),
        (policy(kind="ratelimit"), "/kind", "unknown_kind"),
        (policy(kind=None), "/kind", "unknown_kind"),
        (policy(kind=["rate_limit"]), "/kind", "unknown_kind"),
        (policy(enabled="yes"), "/enabled", "wrong_type"),
        (policy(enabled=1), "/enabled", "wrong_type"),
        (policy(note="x" * 1001), "/note", "out_of_range"),
        (policy(color="red"), "/color", "unknown_field"),
        (policy(match=[]), "/match", "wrong_type"),
        (policy(match={"agnet": "json"}), "/match/agnet", "unknown_field"),
        (policy(match={"region": 5}), "/match/region", "wrong_type"),
        (policy(match={"region": "x" * 129}), "/match/region", "out_of_range"),
        (policy(spec="fast"), "/spec", "wrong_type"),
        (policy(spec={"rat": 5}), "/spec/rat", "unknown_field"),
        (policy(spec={"rate": 0}), "/spec/rate", "out_of_range"),
        (policy(spec={"rate": -1}), "/spec/rate", "out_of_range"),
        (policy(spec={"rate": "5"}), "/spec/rate", "wrong_type"),
        (policy(spec={"rate": True}), "/spec/rate", "wrong_type"),
        (policy(spec={"rate": 10**400}), "/spec/rate", "out_of_range"),
        (policy(spec={"burst": 1.5}), "/spec/burst", "wrong_type"),
        (policy(spec={"per": "planet"}), "/spec/per", "out_of_range"),
        (policy(match={"agent": "json"}), "/match/agent", "never_holds"),
        (policy(match={"instance": "json-1"}), "/match/instance", "never_holds"),
        (policy(match={"tag": "vip"}, spec={"per": "agent"}), "/match/tag", "never_holds"),
        (policy(kind="admission", spec={}, match={"tag": "vip"}), "/match/tag", "never_holds"),
        (policy(kind="admission", spec={}, match={"version": "1.0.0"}), "/match/version", "never_holds"),
        (policy(kind="retry", spec={}, match={"agent": "json", "version": "new"}), "/match/version", "bad_version"),
        (policy(kind="retry", spec={"first_s": 90}), "/spec/max_s", "out_of_range"),
        (policy(kind="retry", spec={"attempts": 0}), "/spec/attempts", "out_of_range"),
        (policy(kind="circuit_breaker", spec={"error_rate": 1.5}), "/spec/error_rate", "out_of_range"),
        (
            policy(kind="routing", spec={"pending_weight": 0, "idle_weight": 0}),
            "/spec/pending_weight",
            "out_of_range",
        ),
        (policy(kind="routing", spec={"version_weights": {"1.0.0": 5}}), "/match/agent", "required"),
        (
            policy(kind="routing", match={"agent": "json"}, spec={"version_weights": {"1.0.0": -5}}),
            "/spec/version_weights/1.0.0",
            "out_of_range",
        ),
        (
            policy(kind="routing", match={"agent": "json"}, spec={"version_weights": {"a/b": 5}}),
            "/spec/version_weights/a~1b",
            "bad_version",
        ),
        (
            policy(kind="routing", match={"agent": "json"}, spec={"version_weights": {"1.0.0": 0}}),
            "/spec/version_weights",
            "out_of_range",
        ),
        (policy(kind="scaling", spec={"min": 5}), "/spec/max", "out_of_range"),
        (policy(kind="scaling", spec={"min": 0}), "/spec/min", "out_of_range"),
        (policy(kind="scaling", spec={"target": 1.5}), "/spec/target", "out_of_range"),
        (policy(kind="scaling", spec={"bring_back": 1}), "/spec/bring_back", "wrong_type"),
        (policy(kind="scaling", spec={}, match={"tag": "vip"}), "/match/tag", "never_holds"),
        (policy(kind="degrade", spec={"answer": "value"}), "/spec/value", "required"),
        (policy(kind="degrade", spec={"answer": "agent"}), "/spec/agent", "required"),
        (policy(kind="degrade", spec={"answer": "agent", "agent": "text@new"}), "/spec/agent", "bad_version"),
        (
            policy(kind="degrade", match={"agent": "json"}, spec={"answer": "agent", "agent": "json"}),
            "/spec/agent",
            "itself",
        ),
        (policy(kind="degrade", spec={"on": []}), "/spec/on", "out_of_range"),
        (policy(kind="degrade", spec={"on": ["ok", 7]}), "/spec/on/1", "wrong_type"),
        (policy(kind="degrade", spec={"value": "x" * 70_000, "answer": "value"}), "/spec", "too_large"),
        (policy(kind="degrade", spec={"answer": "agent", "agent": "gone"}), "/spec/agent", "unknown_agent"),
        (policy(kind="degrade", spec={"answer": "agent", "agent": "json@9.0.0"}), "/spec/agent", "unknown_version"),
        (policy(kind="canary", spec={"version": "2.0.0"}), "/match/agent", "required"),
        (policy(kind="canary", match={"agent": "json"}, spec={}), "/spec/version", "required"),
        (policy(kind="canary", match={"agent": "json"}, spec={"version": "9.0.0"}), "/spec/version", "unknown_version"),
        (
            policy(kind="canary", match={"agent": "json"}, spec={"version": "2.0.0", "steps": [50, 10]}),
            "/spec/steps",
            "out_of_range",
        ),
        (
            policy(kind="canary", match={"agent": "json"}, spec={"version": "2.0.0", "steps": [0, 10]}),
            "/spec/steps/0",
            "out_of_range",
        ),
        (
            policy(kind="mirror", match={"agent": "json", "version": "2.0.0"}, spec={"version": "2.0.0"}),
            "/spec/version",
            "itself",
        ),
    ],
)
def test_each_fault_names_its_field_and_its_rule(given, field, code):
    found = codes(check_policy(given, REGISTRY))
    assert found.get(field) == code, found


def test_all_faults_are_told_at_once_in_words():
    checked = check_policy(policy(name="X", spec={"rate": 0, "burts": 5}))
    assert codes(checked) == {"/name": "bad_name", "/spec/rate": "out_of_range", "/spec/burts": "unknown_field"}
    told = {fault.field: fault.message for fault in checked.faults}
    assert told["/spec/rate"] == "Must be a number from 0.001 to 1,000,000; it is 0."
    assert "did you mean “burst”" in told["/spec/burts"]


def test_an_agent_that_is_not_there_is_a_warning_and_so_is_all_of_a_policy_that_is_off():
    checked = check_policy(policy(kind="retry", spec={}, match={"agent": "gone"}), REGISTRY)
    assert not checked.faults
    assert [warning.code for warning in checked.warnings] == ["unknown_agent"]
    off = policy(kind="degrade", spec={"answer": "agent", "agent": "gone"}, enabled=False)
    assert not check_policy(off, REGISTRY).faults


def test_two_of_one_name_are_refused_and_one_that_never_counts_is_told():
    twice = check_set([GOOD, policy(spec={"rate": 6})])
    assert codes(twice) == {"/1/name": "name_taken"}
    over = check_set([GOOD, policy(name="later"), policy(name="flows", spec={"per": "workflow"})])
    assert [(each.field, each.code) for each in over.warnings] == [("/0/match", "overruled")]


def test_a_thousand_policies_pass_and_one_more_does_not():
    many = [policy(name=f"p{index}", match={"region": f"r{index}"}) for index in range(1001)]
    assert not check_set(many[:1000]).faults
    assert codes(check_set(many)) == {"": "too_many"}


def test_a_megabyte_is_too_much():
    large = [
        {"name": f"p{index}", "kind": "degrade", "spec": {"answer": "value", "value": "x" * 60_000}}
        for index in range(17)
    ]
    assert codes(check_set(large)) == {"": "too_large"}
    assert len(msgspec.json.encode(check_set(large[:12]).policies)) < SET_MAX


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"number": 1, "policies": {}}',
        b'{"policies": []}',
        b'{"number": "7", "policies": []}',
        b'{"number": -1}',
        b'{"number": 1.5}',
        b'{"number": true}',
        b'{"number": 99999999999999999999}',
        b'{"number": 3, "at_ms": "now"}',
        b'{"number": 3, "policies": [{"name": "x", "kind": "nonsense"}]}',
        b"[" * 100_000,
    ],
)
def test_a_document_that_is_no_set_is_refused_with_its_reason(document):
    with pytest.raises(ValueError, match=r"."):
        read_set(document)


def test_a_set_survives_its_journey():
    held = PolicySet(7, check_set([GOOD]).policies, "ada", 5, "note")
    assert read_set(msgspec.json.encode(held)) == held
    assert read_set(b'{"number": %d}' % NUMBER_MAX).number == NUMBER_MAX


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
fields = sorted({name for spec in SPECS.values() for name in spec.__struct_fields__})


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"name": st.just("x") | anything, "kind": st.sampled_from(KINDS) | anything},
        optional={
            "match": st.dictionaries(st.sampled_from(["agent", "version", "tag", "region", "zone"]), anything)
            | anything,
            "spec": st.dictionaries(st.sampled_from(fields), anything, max_size=6) | anything,
            "enabled": anything,
            "note": anything,
        },
    )
)
def test_whatever_comes_is_either_told_or_can_be_used(given):
    checked = check_set([given])
    if not checked.faults:
        only = checked.policies[0]
        msgspec.convert(only.spec, SPECS[only.kind])
        msgspec.json.encode(checked.policies)
