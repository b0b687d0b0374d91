"""How much a node takes on at a time."""

from agents.node.admission import Admission
from agents.node.hosted import HostedAgent
from tests.agents.manifests import manifest


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
