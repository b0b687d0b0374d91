"""Who gets the next free slot, and who waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
import pytest

from agents.domain.calls import CallError
from agents.domain.scoring import InstanceInfo
from designer.engine.capacity import Capacity
from designer.engine.queues import Waiting


@dataclass
class View:
    """The instances in sight; stands for ``ClusterView``, which gets them from NATS."""

    instances: list[InstanceInfo] = field(default_factory=list)

    def instances_of(self, agent: str, version: str = "") -> list[InstanceInfo]:
        return [info for info in self.instances if info.agent == agent and version in ("", info.version)]

    def instances_with(self, capability: str) -> list[InstanceInfo]:
        return [info for info in self.instances if capability in info.capabilities]

    def versions_with(self, capability: str) -> dict[str, list[str]]:
        offers: dict[str, list[str]] = {}
        for agent, version in sorted({(info.agent, info.version) for info in self.instances_with(capability)}):
            offers.setdefault(agent, []).append(version)
        return offers

    def instance(self, instance: str) -> InstanceInfo | None:
        return next((info for info in self.instances if info.instance == instance), None)

    def versions_of(self, agent: str) -> list[str]:
        return sorted({info.version for info in self.instances if info.agent == agent})


@dataclass
class Shut:
    """Stands for ``Breakers``: those of ``troubled`` are open."""

    troubled: set[tuple[str, str]] = field(default_factory=set)

    def allows(self, agent: str, version: str) -> bool:
        return (agent, version) not in self.troubled

    def begin(self, agent: str, version: str) -> None:
        assert self.allows(agent, version)

    def ask(self, agent: str, version: str) -> bool:
        return False

    def refusal(self, agent: str, version: str) -> CallError:
        return CallError("breaker_open", "…", data={"retry_after_ms": 1000})


@dataclass
class Weights:
    by_agent: dict[str, dict[str, int]]
    changed: Callable[[], None] = lambda: None


@dataclass
class Call:
    call_id: str
    agent: str = ""
    capability: str = ""
    version: str = ""
    priority: str = "normal"
    idempotency_key: str = "r/a"


@dataclass
class Driver:
    woken: int = 0

    def wake(self) -> None:
        self.woken += 1


def info(
    agent: str, node: str = "n1", slots: int = 1, capabilities: tuple[str, ...] = ("parse",), in_flight: int = 0
) -> InstanceInfo:
    return InstanceInfo(f"{agent}-{node}", node, agent, "1.0.0", "agent://sha256:0", in_flight, slots, 0, capabilities)


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def capacity(view: View) -> Capacity:
    one = Capacity(view)
    one.disable(frozenset())
    return one


def placed(capacity: Capacity, call: Call, waiter: Driver | None = None, instance: str = "") -> str:
    slot = capacity.place(call, waiter or Driver(), instance)
    return slot.code if isinstance(slot, Waiting) else slot.instance


def test_a_call_by_capability_goes_to_any_agent_that_has_it_the_least_loaded_first(view: View, capacity: Capacity):
    view.instances = [info("csv", slots=2, in_flight=1), info("tsv", slots=2), info("pdf", capabilities=("print",))]
    chosen = [placed(capacity, Call(str(number), capability="parse")) for number in range(3)]
    assert chosen[0] == "tsv-n1"
    assert sorted(chosen) == ["csv-n1", "tsv-n1", "tsv-n1"] or sorted(chosen) == ["csv-n1", "csv-n1", "tsv-n1"]
    assert placed(capacity, Call("x", capability="print")) == "pdf-n1"


def test_nobody_with_the_capability_is_said_at_once_in_words(view: View, capacity: Capacity):
    slot = capacity.place(Call("1", capability="csv-parse"), Driver())
    assert isinstance(slot, Waiting)
    assert (slot.code, slot.announced) == ("no_instance", True)
    assert slot.message.startswith("No live agent offers the capability csv-parse")


def test_a_waiting_call_by_capability_gets_the_slot_of_any_agent_that_has_it(view: View, capacity: Capacity):
    view.instances = [info("csv"), info("tsv")]
    assert {placed(capacity, Call("1", "csv")), placed(capacity, Call("2", "tsv"))} == {"csv-n1", "tsv-n1"}
    driver, call = Driver(), Call("3", capability="parse")
    assert placed(capacity, call, driver) == "agent_busy"
    capacity.release("tsv-n1", "tsv")
    assert driver.woken == 1
    assert placed(capacity, call, driver) == "tsv-n1"


def test_an_agent_that_comes_serves_those_who_wait_for_its_capability(view: View, capacity: Capacity):
    driver, call = Driver(), Call("1", capability="parse")
    assert placed(capacity, call, driver) == "no_instance"
    view.instances = [info("csv")]
    capacity.cluster_changed()
    assert placed(capacity, call, driver) == "csv-n1"


def test_an_agent_that_is_switched_off_is_not_chosen(view: View, capacity: Capacity):
    view.instances = [info("csv")]
    capacity.disable(frozenset({"csv"}))
    driver, call = Driver(), Call("1", capability="parse")
    slot = capacity.place(call, driver)
    assert isinstance(slot, Waiting)
    assert slot.code == "no_instance"
    assert "csv" in slot.message
    capacity.disable(frozenset())
    assert placed(capacity, call, driver) == "csv-n1"


def test_before_the_registry_was_read_nobody_is_chosen_by_capability(view: View):
    view.instances = [info("csv")]
    fresh = Capacity(view)
    assert placed(fresh, Call("1", capability="parse")) == "registry_away"
    assert placed(fresh, Call("2", "csv")) == "csv-n1"


def test_priority_goes_first_and_equals_in_the_order_they_came(view: View, capacity: Capacity):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", "csv")) == "csv-n1"
    calls = [
        Call("low", "csv", priority="low"),
        Call("n1", "csv"),
        Call("n2", "csv"),
        Call("high", "csv", priority="high"),
    ]
    drivers = {call.call_id: Driver() for call in calls}
    for call in calls:
        assert placed(capacity, call, drivers[call.call_id]) == "agent_busy"
    order = []
    for _ in range(4):
        capacity.release("csv-n1", "csv")
        (served,) = [call for call in calls if drivers[call.call_id].woken]
        calls.remove(served)
        order.append(served.call_id)
        assert placed(capacity, served, drivers[served.call_id]) == "csv-n1"
    assert order == ["high", "n1", "n2", "low"]


def test_priority_holds_between_calls_by_name_and_by_capability(view: View, capacity: Capacity):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", "csv")) == "csv-n1"
    by_name, by_capability = Driver(), Driver()
    placed(capacity, Call("1", "csv"), by_name)
    placed(capacity, Call("2", capability="parse", priority="high"), by_capability)
    capacity.release("csv-n1", "csv")
    assert (by_name.woken, by_capability.woken) == (0, 1)


def test_the_winner_of_a_bid_is_waited_for_until_it_is_gone(view: View, capacity: Capacity):
    view.instances = [info("csv"), info("csv", "n2")]
    assert placed(capacity, Call("0", "csv"), instance="csv-n1") == "csv-n1"
    driver, call = Driver(), Call("1")
    assert placed(capacity, call, driver, "csv-n1") == "agent_busy"
    capacity.release("csv-n1", "csv")
    assert placed(capacity, call, driver, "csv-n1") == "csv-n1"
    other, waits = Driver(), Call("2")
    assert placed(capacity, waits, other, "csv-n1") == "agent_busy"
    view.instances.pop(0)
    capacity.cluster_changed()
    assert other.woken == 1


def test_what_is_withdrawn_holds_nobody_up(view: View, capacity: Capacity):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", "csv")) == "csv-n1"
    first, second = Driver(), Driver()
    placed(capacity, Call("1", capability="parse", priority="high"), first)
    placed(capacity, Call("2", "csv"), second)
    capacity.withdraw("1")
    capacity.release("csv-n1", "csv")
    assert (first.woken, second.woken) == (0, 1)
    capacity.withdraw("2")
    assert placed(capacity, Call("3", "csv")) == "csv-n1"


def test_a_call_of_no_version_does_not_stay_with_one_whose_breaker_has_opened(view: View):
    old = info("csv", "n1")
    new = msgspec.structs.replace(old, instance="csv-n2", version="2.0.0")
    view.instances, shut = [old, new], Shut()
    capacity = Capacity(view, None, shut, Weights({"csv": {"2.0.0": 99}}))
    driver, call = Driver(), Call("2", "csv")
    assert placed(capacity, Call("1", "csv")) == "csv-n2"
    assert placed(capacity, call, driver) == "agent_busy"
    shut.troubled = {("csv", "2.0.0")}
    capacity.breaker_changed("csv")
    assert driver.woken == 1
    assert placed(capacity, call, driver) == "csv-n1"
    capacity.release("csv-n2", "csv")
    capacity.release("csv-n1", "csv")
    assert (capacity.in_flight("csv-n1"), capacity.in_flight("csv-n2")) == (0, 0)


def waits(capacity: Capacity, call: Call, driver: Driver) -> Waiting:
    slot = capacity.place(call, driver)
    assert isinstance(slot, Waiting)
    return slot


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds, as the first item."""
    now = [1000.0]
    monkeypatch.setattr("designer.engine.capacity.monotonic", lambda: now[0])
    return now


def test_those_told_that_all_are_busy_are_told_at_once_when_the_last_one_is_gone(
    view: View, capacity: Capacity, clock: list[float]
):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", "csv")) == "csv-n1"
    driver, call = Driver(), Call("1", "csv")
    waits(capacity, call, driver)
    clock[0] += 2
    capacity.sweep()
    assert (driver.woken, waits(capacity, call, driver).code) == (1, "agent_busy")
    view.instances = []
    capacity.cluster_changed()
    assert driver.woken == 2
    told = waits(capacity, call, driver)
    assert (told.code, told.announced) == ("no_instance", True)
    assert told.message.startswith("No live node hosts csv")


def test_those_told_that_nobody_is_there_are_told_when_somebody_has_come_who_stays_busy(
    view: View, capacity: Capacity, clock: list[float]
):
    drivers, calls = (Driver(), Driver()), (Call("0", "csv"), Call("1", "csv"))
    for driver, call in zip(drivers, calls, strict=True):
        assert waits(capacity, call, driver).code == "no_instance"
    view.instances = [info("csv")]
    capacity.cluster_changed()
    assert placed(capacity, calls[0], drivers[0]) == "csv-n1"
    assert drivers[1].woken == 0, "it may have a slot in a moment"
    clock[0] += 2
    capacity.sweep()
    assert drivers[1].woken == 1
    assert waits(capacity, calls[1], drivers[1]).message.startswith("All instances of csv are busy (1 in sight)")


def test_a_wait_that_begins_as_busy_and_ends_in_nobody_is_told_before_its_time(
    view: View, capacity: Capacity, clock: list[float]
):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", capability="parse")) == "csv-n1"
    driver, call = Driver(), Call("1", capability="parse")
    assert not waits(capacity, call, driver).announced
    capacity.disable(frozenset({"csv"}))
    told = waits(capacity, call, driver)
    assert (driver.woken, told.code, told.announced) == (1, "no_instance", True)
    assert "csv could, but may not be used" in told.message


def test_how_many_are_busy_is_told_anew_but_less_and_less_often(view: View, capacity: Capacity, clock: list[float]):
    view.instances = [info("csv")]
    assert placed(capacity, Call("0", "csv")) == "csv-n1"
    driver, call = Driver(), Call("1", "csv")
    waits(capacity, call, driver)
    clock[0] += 2
    capacity.sweep()
    assert driver.woken == 1
    told = []
    for other in ("csv-n2", "csv-n3"):
        capacity.adopt(other)
    for _ in range(1200):
        clock[0] += 0.5
        view.instances = [info("csv", node) for node in ("n1", "n2", "n3")[: 2 + len(told) % 2]]
        before = driver.woken
        capacity.sweep()
        if driver.woken > before:
            told.append(clock[0])
    assert waits(capacity, call, driver).message.startswith("All instances of csv are busy (")
    pauses = [after - before for before, after in pairwise(told)]
    assert pauses == sorted(pauses)
    assert 5 <= len(told) <= 10


def test_the_same_reason_wakes_nobody_twice(view: View, capacity: Capacity, clock: list[float]):
    driver = Driver()
    waits(capacity, Call("1", "csv"), driver)
    for _ in range(100):
        clock[0] += 0.5
        capacity.sweep()
        capacity.cluster_changed()
    assert driver.woken == 0
