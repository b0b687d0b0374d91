"""Which version a call gets whose agent's calls are shared out, while it waits and the cluster changes."""

import msgspec
import pytest

from designer.engine.capacity import Capacity
from tests.unit.engine.test_capacity import Call, Driver, Shut, View, Weights, info, placed

OLD = info("csv", "n1")
NEW = msgspec.structs.replace(OLD, instance="csv-n2", version="2.0.0")
BY = [{"agent": "csv"}, {"capability": "parse"}]


def of(view: View, weights: Weights, shut: Shut | None = None) -> Capacity:
    one = Capacity(view, None, shut, weights)
    one.disable(frozenset())
    return one


@pytest.mark.parametrize("by", BY)
def test_a_version_without_weight_gets_nothing_however_the_call_comes_to_it(by: dict[str, str]) -> None:
    capacity = of(View([OLD, NEW]), Weights({"csv": {"2.0.0": 0}}))
    assert placed(capacity, Call("1", **by)) == "csv-n1"
    assert placed(capacity, Call("2", **by)) == "agent_busy"


def test_agents_that_nothing_is_said_of_serve_with_their_newest_version() -> None:
    others = [info("tsv", "n3"), msgspec.structs.replace(info("tsv", "n4"), version="2.0.0")]
    capacity = of(View([OLD, NEW, others[1]]), Weights({"csv": {"2.0.0": 0}}))
    chosen = {placed(capacity, Call(str(number), capability="parse")) for number in range(3)}
    assert chosen == {"csv-n1", "tsv-n4", "agent_busy"}


@pytest.mark.parametrize("by", BY)
def test_who_has_waited_for_anybody_gets_the_version_that_falls_to_it(by: dict[str, str]) -> None:
    view, driver = View(), Driver()
    capacity, call = of(view, Weights({"csv": {"2.0.0": 0}})), Call("1", **by)
    assert placed(capacity, call, driver) == "no_instance"
    view.instances = [OLD, NEW]
    capacity.cluster_changed()
    assert driver.woken >= 1
    assert placed(capacity, call, driver) == "csv-n1"


@pytest.mark.parametrize("by", BY)
def test_whose_version_is_gone_gets_another(by: dict[str, str]) -> None:
    view, driver = View([OLD, NEW]), Driver()
    capacity, call = of(view, Weights({"csv": {"2.0.0": 0}})), Call("2", **by)
    assert placed(capacity, Call("1", **by)) == "csv-n1"
    assert placed(capacity, call, driver) == "agent_busy"
    view.instances = [NEW]
    capacity.cluster_changed()
    assert driver.woken >= 1
    assert placed(capacity, call, driver) == "csv-n2"


@pytest.mark.parametrize("by", BY)
def test_who_waits_chooses_again_when_the_weights_change(by: dict[str, str]) -> None:
    view, driver, weights = View([OLD, NEW]), Driver(), Weights({"csv": {"2.0.0": 99}})
    capacity, call = of(view, weights), Call("2", **by)
    assert placed(capacity, Call("1", **by)) == "csv-n2"
    assert placed(capacity, call, driver) == "agent_busy"
    weights.by_agent = {"csv": {"2.0.0": 0}}
    weights.changed()
    assert driver.woken == 1
    assert placed(capacity, call, driver) == "csv-n1"


def test_who_waits_by_capability_leaves_a_version_whose_breaker_has_opened() -> None:
    view, driver, shut = View([OLD, NEW]), Driver(), Shut()
    capacity, call = of(view, Weights({"csv": {"2.0.0": 99}}), shut), Call("2", capability="parse")
    assert placed(capacity, Call("1", capability="parse")) == "csv-n2"
    assert placed(capacity, call, driver) == "agent_busy"
    shut.troubled = {("csv", "2.0.0")}
    capacity.breaker_changed("csv")
    assert placed(capacity, call, driver) == "csv-n1"
    capacity.release("csv-n2", "csv")
    capacity.release("csv-n1", "csv")
    assert (capacity.in_flight("csv-n1"), capacity.in_flight("csv-n2")) == (0, 0)
