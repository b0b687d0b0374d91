"""Which policy holds: the most specific one."""

import msgspec
import pytest

from agents.domain.policy import KINDS, SPECS, Match, Policy, PolicySet, RateLimit, Subject, find, spec_of
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
    assert spec_of(PolicySet(), "rate_limit", Subject()) == RateLimit()
    assert set(SPECS) == set(KINDS)


def test_a_set_that_is_no_newer_is_not_taken(monkeypatch):
    monkeypatch.setattr(live, "_current", PolicySet())
    monkeypatch.setattr(live, "_specs", {})
    heard = []
    monkeypatch.setattr(live, "_listeners", [heard.append])
    assert live.spec("rate_limit", Subject()).rate == 100.0
    assert live.replace(ALL)
    assert not live.replace(PolicySet(1))
    assert live.spec("rate_limit", Subject()).rate == 1.0
    assert heard == [ALL]
