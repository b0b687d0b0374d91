"""Which policy holds: the most specific one."""

import msgspec
import pytest

from agents.domain.policy import KINDS, SPECS, Match, Policy, PolicySet, RateLimit, Subject, find, read_spec
from agents.policies import live

WIDE = Policy("wide", "rate_limit", spec={"rate": 1.0})
REGION = Policy("region", "rate_limit", Match(region="eu"), {"rate": 2.0})
TAG = Policy("tag", "rate_limit", Match(tag="partners"), {"rate": 3.0})
AGENT = Policy("agent", "rate_limit", Match(agent="json"), {"rate": 4.0})
BOTH = Policy("both", "rate_limit", Match(agent="json", region="eu"), {"rate": 5.0})
INSTANCE = Policy("instance", "rate_limit", Match(instance="json-1"), {"rate": 6.0})
ALL = PolicySet(1, (INSTANCE, BOTH, AGENT, TAG, REGION, WIDE))


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (Subject(), "wide"),
        (Subject(region="eu"), "region"),
        (Subject(region="eu", tags=("partners",)), "tag"),
        (Subject(agent="json", region="us"), "agent"),
        (Subject(agent="json", region="eu", tags=("partners",)), "both"),
        (Subject(agent="json", instance="json-1", region="eu"), "instance"),
    ],
)
def test_the_most_specific_policy_holds(subject, name):
    assert find(ALL, "rate_limit", subject).name == name


def test_of_equals_the_last_holds_and_a_disabled_one_never():
    later = msgspec.structs.replace(WIDE, name="later")
    assert find(PolicySet(1, (WIDE, later)), "rate_limit", Subject()).name == "later"
    off = msgspec.structs.replace(later, enabled=False)
    assert find(PolicySet(1, (WIDE, off)), "rate_limit", Subject()).name == "wide"


def test_without_a_policy_the_defaults_hold():
    assert read_spec("rate_limit", find(PolicySet(), "rate_limit", Subject())) == RateLimit()
    assert set(SPECS) == set(KINDS)


def test_a_set_that_is_no_newer_is_not_taken(monkeypatch):
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    heard = []
    monkeypatch.setattr(live, "_listeners", [heard.append])
    assert live.spec("rate_limit", Subject()).rate == 100.0
    assert live.replace(ALL)
    assert not live.replace(PolicySet(1))
    assert live.spec("rate_limit", Subject()).rate == 1.0
    assert heard == [ALL]


def test_a_limit_of_another_kind_of_key_is_no_answer():
    per_workflow = Policy("flows", "rate_limit", Match(tag="partners"), {"per": "workflow", "rate": 9.0})
    both = PolicySet(1, (WIDE, per_workflow))
    subject = Subject(tags=("partners",))
    assert find(both, "rate_limit", subject).name == "flows"
    assert find(both, "rate_limit", subject, "user").name == "wide"
    assert find(both, "rate_limit", subject, "address") is None


def test_admission_of_an_agent_is_not_that_of_the_entry():
    entry = Policy("entry", "admission", spec={"concurrent": 5})
    calls = Policy("calls", "admission", Match(agent="json"), {"concurrent": 2})
    both = PolicySet(1, (entry, calls))
    assert read_spec("admission", find(both, "admission", Subject(agent="json"), "entry")).concurrent == 5
    assert read_spec("admission", find(both, "admission", Subject(agent="json"), "instance")).concurrent == 2
    assert find(both, "admission", Subject(agent="text"), "instance") is None


def test_without_a_policy_the_numbers_of_the_entry_limits_and_routing_hold():
    none = PolicySet()
    entry = read_spec("admission", find(none, "admission", Subject(), "entry"))
    assert (entry.concurrent, entry.wait_ms, entry.retry_after_s, entry.max_ack_pending) == (50, 500, 1, 100)
    limit = read_spec("rate_limit", find(none, "rate_limit", Subject(), "user"))
    assert (limit.rate, limit.burst, limit.per) == (100, 1000, "user")
    routing = read_spec("routing", find(none, "routing", Subject(agent="json")))
    assert (routing.pending_weight, routing.idle_weight) == (0.7, 0.3)
    assert read_spec("degrade", find(none, "degrade", Subject(agent="json"))).answer == "error"


def test_a_reader_of_the_old_set_leaves_nothing_behind(monkeypatch):
    """A thread that began with the old set and ends after the new one came must not be what others read."""
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])
    real = live.find

    def slow(policies, *rest):
        if policies.number == 0:
            live.replace(ALL)
        return real(policies, *rest)

    monkeypatch.setattr(live, "find", slow)
    assert live.spec("rate_limit", Subject()).rate == 100.0
    assert live.spec("rate_limit", Subject()).rate == 1.0


def test_a_listener_that_fails_keeps_the_others_from_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])
    told: list[int] = []

    def broken(policies: PolicySet) -> None:
        raise RuntimeError("I cannot")

    def sound(policies: PolicySet) -> None:
        told.append(policies.number)

    live.on_change(broken)
    live.on_change(sound)
    assert live.replace(PolicySet(7))
    assert (told, live.current().number) == ([7], 7)
    assert "cannot take set 7" in caplog.text
    live.forget(sound)
    live.forget(sound)
    assert live.replace(PolicySet(8))
    assert told == [7]
