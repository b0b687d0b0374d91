"""Does an agent fit an intent, and which bid is the best?"""

import pytest

from agents.domain.intents import Bid, Constraints
from agents.domain.manifest import Manifest
from agents.domain.matching import allowed, match
from agents.domain.scoring import bid_score, ranked_bids
from tests.agents.manifests import manifest


def agent(*capabilities: str) -> Manifest:
    return manifest("csv_parse", capabilities=capabilities, title={"en": "CSV parser", "zh-Hans": "解析表格"})


def bid(instance: str, **fields: float) -> Bid:
    return Bid("csv", "1.0.0", instance, **{"match": 1.0, **fields})


def test_an_agent_must_have_every_capability():
    assert match(agent("csv-parse", "table"), "", ["csv-parse"]) == 1.0
    assert match(agent("csv-parse", "table"), "", ["csv-parse", "table"]) == 1.0
    assert match(agent("csv-parse"), "", ["csv-parse", "table"]) == 0.0
    assert match(agent("csv-parse"), "csv parse this", ["table"]) == 0.0


def test_without_capabilities_the_goal_must_mention_the_agent():
    one = agent("csv-parse", "table")
    assert match(one, "Parse the file", []) == 0.0
    assert match(one, "Please csv-parse the sales", []) == pytest.approx(1 / 2)
    assert match(one, "CSV parse it into a Table.", []) == pytest.approx(2 / 3)
    assert match(one, "tablecloth", []) == 0.0
    assert match(one, "请解析表格中的数据", []) == pytest.approx(1 / 2)
    assert match(one, "", []) == 0.0


def test_constraints_keep_agents_from_bidding():
    limits = Constraints(region="eu", max_cost=2.0, max_ms=100)
    assert allowed(limits, region="eu", cost=2.0, expected_ms=100)
    assert allowed(limits, region="eu", cost=0, expected_ms=0)
    assert not allowed(limits, region="us", cost=0, expected_ms=0)
    assert not allowed(limits, region="eu", cost=2.1, expected_ms=0)
    assert not allowed(limits, region="eu", cost=0, expected_ms=101)
    assert allowed(Constraints(), region="", cost=1e9, expected_ms=1e9)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (bid("b", match=1.0), bid("a", match=0.5)),
        (bid("b", load=0.2), bid("a", load=0.9)),
        (bid("b", expected_ms=10), bid("a", expected_ms=100)),
        (bid("b", cost=1), bid("a", cost=5)),
        (bid("b"), bid("a", expected_ms=100)),
        (bid("b", match=1.0, load=1.0), bid("a", match=0.1)),
    ],
)
def test_the_better_bid_wins_whatever_their_order(better: Bid, worse: Bid):
    assert ranked_bids([better, worse], {})[0][0] is better
    assert ranked_bids([worse, better], {})[0][0] is better


def test_what_the_caller_has_there_itself_counts_as_load():
    assert ranked_bids([bid("a"), bid("b")], {"a": 0.5})[0][0].instance == "b"


def test_equals_go_by_room_then_by_name():
    assert ranked_bids([bid("b"), bid("a")], {})[0][0].instance == "a"
    assert ranked_bids([], {}) == []


def test_a_score_is_between_0_and_1():
    perfect, poor = bid("a"), bid("b", match=0.1, load=9, cost=5, expected_ms=100)
    assert bid_score(perfect, [perfect]) == pytest.approx(1.0)
    assert 0 <= bid_score(poor, [perfect, poor]) < 0.1
