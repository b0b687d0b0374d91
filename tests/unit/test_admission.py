"""How much a node takes on at a time."""

import pytest

from agents.domain.policy import Match, Policy, PolicySet
from agents.node.admission import Admission, most_calls
from agents.node.hosted import HostedAgent
from agents.policies import live
from tests.agents.manifests import manifest


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))


def bound(concurrent: int, number: int, agent: str = "echo") -> None:
    live.replace(PolicySet(number, (Policy("few", "admission", Match(agent=agent), {"concurrent": concurrent}),)))


class Work:
    """Stands for a call where only its agent matters."""

    def __init__(self, hosted: HostedAgent) -> None:
        self.hosted = hosted


def hosted(name: str, concurrency: int) -> HostedAgent:
    return HostedAgent(manifest(name, concurrency=concurrency), f"{name}-1", "agent://sha256:0", None)


def test_an_agents_own_limit_makes_the_rest_wait_then_refuses():
    agent, begun = hosted("echo", 2), []
    admission = Admission(100, begun.append)
    admission.add(agent)
    assert all(admission.offer(Work(agent)) for _ in range(2 + 256))
    assert not admission.offer(Work(agent))
    assert (len(begun), agent.running, len(agent.waiting)) == (2, 2, 256)
    admission.release(agent)
    assert (len(begun), agent.running, len(agent.waiting)) == (3, 2, 255)


def test_a_full_node_serves_its_agents_in_turn():
    left, right, begun = hosted("echo", 9), hosted("counted", 9), []
    admission = Admission(1, lambda work: begun.append(work.hosted))
    admission.add(left)
    admission.add(right)
    for agent in (left, left, left, right):
        admission.offer(Work(agent))
    for _ in range(3):
        admission.release(begun[-1])
    assert sorted(agent.name for agent in begun) == ["counted", "echo", "echo", "echo"]
    assert admission.busy == 1
    admission.release(begun[-1])
    assert (admission.busy, left.running, right.running) == (0, 0, 0)


def test_a_waiting_call_can_be_withdrawn_once():
    agent = hosted("echo", 1)
    admission = Admission(1, lambda work: None)
    admission.add(agent)
    first, second = Work(agent), Work(agent)
    admission.offer(first)
    admission.offer(second)
    assert admission.withdraw(second)
    assert not admission.withdraw(second)
    assert not admission.withdraw(first)


def test_a_newcomer_never_passes_those_who_wait():
    agent, begun = hosted("echo", 9), []
    admission = Admission(100, begun.append)
    admission.add(agent)
    bound(1, 1)
    first, *others = works = [Work(agent) for _ in range(3)]
    assert all(admission.offer(work) for work in works)
    assert begun == [first]
    bound(2, 2)
    newcomer = Work(agent)
    assert admission.offer(newcomer)
    assert begun == [first, others[0]]
    assert [*agent.waiting] == [others[1], newcomer]


def test_a_wider_bound_lets_in_agent_by_agent_what_the_node_has_room_for():
    left, right, begun = hosted("echo", 9), hosted("echo", 9), []
    admission = Admission(5, lambda work: begun.append(work.hosted))
    admission.add(left)
    admission.add(right)
    bound(1, 1)
    for agent in (left, left, left, left, right, right, right):
        admission.offer(Work(agent))
    bound(9, 2)
    admission.readmit()
    assert (left.running, right.running, admission.busy) == (3, 2, 5)
    assert (len(left.waiting), len(right.waiting)) == (1, 1)


def test_a_narrower_bound_takes_nothing_away_and_starts_nothing_before_it_is_kept():
    agent, begun = hosted("echo", 9), []
    admission = Admission(100, begun.append)
    admission.add(agent)
    for _ in range(3):
        admission.offer(Work(agent))
    bound(2, 1)
    admission.offer(Work(agent))
    admission.readmit()
    admission.release(agent)
    assert (len(begun), agent.running, len(agent.waiting)) == (3, 2, 1)
    admission.release(agent)
    assert (len(begun), agent.running, len(agent.waiting)) == (4, 2, 0)


def test_waiting_calls_of_a_full_queue_go_before_one_that_finds_room():
    agent, begun = hosted("echo", 9), []
    admission = Admission(100, begun.append)
    admission.add(agent)
    bound(1, 1)
    for _ in range(1 + 256):
        admission.offer(Work(agent))
    bound(2, 2)
    assert admission.offer(Work(agent))
    assert (len(begun), len(agent.waiting)) == (2, 256)


def test_a_bound_for_a_region_holds_where_the_node_stands(monkeypatch):
    monkeypatch.setattr(live, "_region", "")
    live.replace(PolicySet(1, (Policy("eu", "admission", Match(agent="echo", region="eu"), {"concurrent": 2}),)))
    agent = hosted("echo", 9)
    assert most_calls(agent) == 9
    live.stand_in("eu")
    assert most_calls(agent) == 2
    live.stand_in("us")
    assert most_calls(agent) == 9
