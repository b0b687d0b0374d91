"""How many calls wait for room: what scaling by policy is told of one engine worker."""

from dataclasses import dataclass, field

from agents.domain.scoring import InstanceInfo
from designer.engine.capacity import Capacity
from designer.engine.queues import Waiting
from tests.unit.engine.test_capacity import Call, Driver, View, capacity, info, view  # noqa: F401 - fixtures


@dataclass
class Dry:
    """Stands for ``RateLimits``: no agent has a token left."""

    some: bool = True
    wanted: list[tuple[str, str]] = field(default_factory=list)

    def dry(self, instances: list[InstanceInfo]) -> set[tuple[str, str]]:
        return {(each.agent, each.version) for each in instances}

    def want(self, agent: str, version: str, _: int) -> None:
        self.wanted.append((agent, version))

    def why(self, agent: str, _: str) -> str:
        return f"{agent} takes few calls."


def place(one: Capacity, *calls: Call) -> list[str]:
    """Return why each call waits; empty for those that do not."""
    slots = [one.place(call, Driver()) for call in calls]
    return [slot.code if isinstance(slot, Waiting) else "" for slot in slots]


def test_calls_that_wait_count_for_the_version_and_those_several_could_take_in_parts(view: View, capacity: Capacity):  # noqa: F811
    view.instances = [info("csv"), info("tsv")]
    place(capacity, Call("1", "csv"), Call("2", "tsv"))
    assert capacity.waiting() == {}
    place(capacity, Call("3", "csv"), Call("4", "csv"), Call("5", capability="parse"))
    assert capacity.waiting() == {"csv@1.0.0": 2.5, "tsv@1.0.0": 0.5}
    capacity.withdraw("3")
    assert capacity.waiting() == {"csv@1.0.0": 1.5, "tsv@1.0.0": 0.5}


def test_calls_that_nobody_in_sight_takes_count_for_none(view: View, capacity: Capacity):  # noqa: F811
    assert place(capacity, Call("1", "csv")) == ["no_instance"]
    assert capacity.waiting() == {}


def test_calls_that_wait_for_a_token_of_a_rate_limit_do_not_count(view: View):  # noqa: F811
    limited = Capacity(view, limits=Dry())  # type: ignore[arg-type]
    view.instances = [info("csv", slots=5)]
    assert place(limited, Call("1", "csv")) == ["rate_limited"]
    assert limited.waiting() == {}
