"""NATS servers of a test's own: one, or a cluster of three."""

import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from agentcluster.messaging import Bus, connect
from agentcluster.up import embedded
from tests.conftest import Server, start_nats


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[Server]:
    server = start_nats(tmp_path / "nats")
    yield server
    server.kill()


class NatsCluster:
    """Three nats-servers that share JetStream; kill and start them by number."""

    def __init__(self, folder: Path, size: int = 3, started: int = 3) -> None:
        self.ports = [embedded.free_port() for _ in range(size)]
        routes = [embedded.free_port() for _ in range(size)]
        self.monitors = [embedded.free_port() for _ in range(size)]
        self.url = ",".join(f"nats://{embedded.LOOPBACK}:{port}" for port in self.ports)
        addresses = [f"nats://{embedded.LOOPBACK}:{port}" for port in routes]
        # Who starts later knows the first ones, and these hear of it: a server waits for all whose route it is given.
        among = {number: ",".join(addresses if number >= started else addresses[:started]) for number in range(size)}
        self.commands = [
            [
                *embedded.nats_command(folder / f"nats{number}", self.ports[number]),
                *("--server_name", f"nats{number}", "--cluster_name", "test"),
                *("--cluster", f"nats://{embedded.LOOPBACK}:{routes[number]}", "--routes", among[number]),
                *("--http_port", str(self.monitors[number])),
            ]
            for number in range(size)
        ]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        for number in range(started):
            self.start(number)

    def start(self, number: int) -> None:
        self.processes[number] = subprocess.Popen(
            self.commands[number], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait()

    def until_ready(self, timeout_s: float = 30.0) -> None:
        """Wait until the servers that run have a leader for JetStream's own bookkeeping."""
        end = time.monotonic() + timeout_s
        while not self.leader():
            assert time.monotonic() < end, "the NATS cluster has not chosen a leader"
            time.sleep(0.1)

    def leader(self) -> str:
        for number, process in self.processes.items():
            if process.poll() is None:
                return str(self._jetstream(number).get("meta_cluster", {}).get("leader", ""))
        return ""

    def number_of(self, name: str) -> int:
        return int(name.removeprefix("nats"))

    def _jetstream(self, number: int) -> dict[str, dict[str, str]]:
        try:
            with urllib.request.urlopen(f"http://{embedded.LOOPBACK}:{self.monitors[number]}/jsz", timeout=2) as answer:
                found: dict[str, dict[str, str]] = msgspec.json.decode(answer.read())
                return found
        except OSError:
            return {}

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()


@pytest.fixture
def nats_cluster(tmp_path: Path) -> Iterator[NatsCluster]:
    cluster = NatsCluster(tmp_path)
    try:
        cluster.until_ready()
        yield cluster
    finally:
        cluster.stop()
