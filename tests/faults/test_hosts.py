"""Five nodes on hosts of their own, three NATS servers in a cluster: whatever dies, everybody knows, and work moves."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults import timeline
from tests.faults.conftest import Shared
from tests.faults.hosts import Hosts, HostsCluster, NatsCluster
from tests.faults.lab import Fault, Lab, laboratory
from tests.faults.table import note, note_timeline
from tests.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("hosts")]

NODES = 5
KNOWN_S = 15.0
"""Within this time everybody knows that a node is gone."""
LOOK_S = 1.0
"""What an observer's own looks may add: it judges twice a second and writes ten times a second."""
MOVED_S = 30.0
CUT_S = 12.0


@pytest.fixture(scope="module")
def on_hosts(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, shared: Shared, django_db_blocker: Any
) -> Iterator[Lab]:
    shared.close()  # one installation at a time
    home = tmp_path_factory.mktemp("hosts")
    with ExitStack() as ending, django_db_blocker.unblock():
        hosts = Hosts(NODES)
        ending.callback(hosts.close)
        servers = NatsCluster(hosts, home)
        ending.callback(servers.stop)
        make = partial(HostsCluster, hosts=hosts, servers=servers)
        lab = ending.enter_context(laboratory(home, migrated, nodes=NODES, make=make))
        for number in range(NODES):
            _cluster(lab).start_observer(number)
        _whole(lab)
        yield lab


def _cluster(lab: Lab) -> HostsCluster:
    assert isinstance(lab.cluster, HostsCluster)
    return lab.cluster


def _whole(lab: Lab) -> None:
    """Start what has died, and wait until every observer sees every node active."""
    lab.make_whole()
    for number in set(range(_cluster(lab).servers.size)) - _cluster(lab).servers.processes.keys():
        _cluster(lab).servers.start(number)
    wanted = dict.fromkeys(lab.nodes, "active")
    wait_until(lambda: all(timeline.last(_cluster(lab).seen_by(number)) == wanted for number in range(NODES)), 60)


def _suffer(lab: Lab, name: str, inflict: Callable[[Lab, list[str]], float], target_s: float = MOVED_S) -> None:
    _whole(lab)
    fault = Fault(name, inflict, target_s)
    outcome = lab.suffer(fault)
    note(fault, outcome)
    assert not outcome.violations
    assert max(outcome.recovery_s, default=0.0) < MOVED_S


def _files(lab: Lab) -> list[Path]:
    return [_cluster(lab).seen_by(number) for number in range(NODES)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_node_that_is_killed_is_known_to_be_gone_and_its_work_moves(on_hosts: Lab, seed: int) -> None:
    killed: list[tuple[str, float]] = []

    def kill(lab: Lab, run_ids: list[str]) -> float:
        victim = random.Random(seed).choice(lab.nodes)
        lab.cluster.kill(victim)
        killed.append((victim, time.monotonic()))
        return killed[0][1]

    _suffer(on_hosts, "node killed, one of five on hosts of their own", kill)
    victim, moment = killed[0]
    wait_until(lambda: all(seen.failed_s < KNOWN_S + LOOK_S for seen in _noticed(on_hosts, moment, victim)), 30)
    for seen in _noticed(on_hosts, moment, victim):
        assert seen.unreachable_s < seen.failed_s < KNOWN_S + LOOK_S
    note_timeline(victim, _noticed(on_hosts, moment, victim))


def test_two_nodes_and_a_server_die_at_once(on_hosts: Lab) -> None:
    def kill(lab: Lab, run_ids: list[str]) -> float:
        lab.cluster.kill("node-3")
        lab.cluster.kill("node-4")
        _cluster(lab).servers.kill(0)
        return time.monotonic()

    _suffer(on_hosts, "two of five nodes and one of three NATS servers killed", kill)


@pytest.mark.parametrize("number", range(3))
def test_a_nats_server_dies_and_no_node_is_given_up(on_hosts: Lab, number: int) -> None:
    killed: list[float] = []

    def kill(lab: Lab, run_ids: list[str]) -> float:
        _cluster(lab).servers.kill(number)
        killed.append(time.monotonic())
        return killed[0]

    _suffer(on_hosts, "one of three NATS servers killed", kill)
    time.sleep(KNOWN_S)
    for file in _files(on_hosts):
        seen = [look for look in timeline.read(file) if look["at"] > killed[0]]
        assert not [look for look in seen if "failed" in look["nodes"].values()]


def test_a_host_that_is_cut_off_comes_back(on_hosts: Lab) -> None:
    def cut(lab: Lab, run_ids: list[str]) -> float:
        begin = time.monotonic()
        _cluster(lab).hosts.unplug(NODES - 1)
        time.sleep(CUT_S)
        _cluster(lab).hosts.plug(NODES - 1)
        return begin

    _suffer(on_hosts, "one of five hosts cut off", cut)


def _noticed(lab: Lab, moment: float, node: str) -> list[timeline.Noticed]:
    return [*timeline.noticed(_files(lab), moment, node)]
