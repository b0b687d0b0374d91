"""Several hosts on this machine: network namespaces on a bridge, each with an address, a plug to pull, and processes."""

import ipaddress
import os
import random
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agentcluster.up import embedded
from tests.conftest import Server
from tests.debian import program
from tests.faults.cluster import ROOT, Cluster
from tests.waiting import wait_until

PORT: Final = 4222
ROUTES: Final = 6222
GATEWAY: Final = 1
FIRST: Final = 10


class Hosts:
    """``count`` hosts, numbered from 0, that reach each other and this machine (``gateway``); needs root."""

    def __init__(self, count: int) -> None:
        """Make them."""
        self._ip = program("ip", "iproute2")
        if self._ip is None or os.geteuid() != 0:
            raise RuntimeError("Hosts are network namespaces: they need root, and Debian's iproute2.")
        self._tag = f"ac{os.urandom(3).hex()}"
        self._network = ipaddress.ip_network(f"10.{random.randrange(64, 250)}.{random.randrange(250)}.0/24")
        self.count = count
        self._do("link", "add", self._tag, "type", "bridge")
        self._do("addr", "add", f"{self.gateway}/24", "dev", self._tag)
        self._do("link", "set", self._tag, "up")
        for number in range(count):
            self._add(number)

    @property
    def gateway(self) -> str:
        """The address of this machine, as the hosts see it."""
        return str(self._network[GATEWAY])

    def address(self, number: int) -> str:
        """Return the address of a host."""
        return str(self._network[FIRST + number])

    def start(
        self, number: int, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a process on a host; what it says is added to ``log``."""
        inside = [str(self._ip), "netns", "exec", self._name(number), *command]
        with log.open("ab") as output:
            return subprocess.Popen(inside, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output)

    def unplug(self, number: int) -> None:
        """Cut a host off from all others."""
        self._do("link", "set", self._cable(number), "down")

    def plug(self, number: int) -> None:
        """Let a host reach the others again."""
        self._do("link", "set", self._cable(number), "up")

    def close(self) -> None:
        """Remove the hosts; their processes must have ended."""
        for number in range(self.count):
            self._do("netns", "delete", self._name(number), check=False)
            self._do("link", "delete", self._cable(number), check=False)
        self._do("link", "delete", self._tag, check=False)

    def _add(self, number: int) -> None:
        name, cable = self._name(number), self._cable(number)
        self._do("netns", "add", name)
        self._do("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        self._do("link", "set", cable, "master", self._tag, "up")
        for inside in (
            ("addr", "add", f"{self.address(number)}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            self._do("-n", name, *inside)

    def _name(self, number: int) -> str:
        return f"{self._tag}-{number}"

    def _cable(self, number: int) -> str:
        return f"{self._tag}v{number}"

    def _do(self, *arguments: str, check: bool = True) -> None:
        done = subprocess.run([str(self._ip), *arguments], capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


class NatsCluster:
    """Three nats-servers with JetStream, one on each of the first hosts; they know each other by route."""

    def __init__(self, hosts: Hosts, folder: Path, size: int = 3) -> None:
        """Start them and wait until each takes connections."""
        self._hosts, self._folder, self.size = hosts, folder, size
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        for number in range(size):
            self.start(number)
        wait_until(lambda: all(self._listens(number) for number in range(size)), 30)

    def url(self, first: int = 0) -> str:
        """Return all servers, the one of host ``first`` first."""
        order = [(first + step) % self.size for step in range(self.size)]
        return ",".join(f"nats://{self._hosts.address(number)}:{PORT}" for number in order)

    def start(self, number: int) -> None:
        """Start a server that does not run, with what it had stored."""
        address, store = self._hosts.address(number), self._folder / f"nats-{number}"
        routes = ",".join(f"nats://{self._hosts.address(each)}:{ROUTES}" for each in range(self.size))
        command = embedded.nats_command(store, PORT)
        command[command.index("--addr") + 1] = address
        command += ["--name", f"nats-{number}", "--cluster_name", "hosts"]
        command += ["--cluster", f"nats://{address}:{ROUTES}", "--routes", routes]
        self.processes[number] = self._hosts.start(number, command, {}, self._folder / f"nats-{number}.log")

    def kill(self, number: int) -> None:
        """Kill a server."""
        process = self.processes.pop(number)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Stop all."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)

    def _listens(self, number: int) -> bool:
        try:
            socket.create_connection((self._hosts.address(number), PORT), timeout=1).close()
        except OSError:
            return False
        return True


class ValkeyForHosts(Server):
    """A Valkey that hosts can reach, too."""

    def __init__(self, hosts: Hosts, folder: Path) -> None:
        """Start it on a free port."""
        port = embedded.free_port()
        command = embedded.valkey_command(folder, port)
        command.insert(command.index(embedded.LOOPBACK) + 1, hosts.gateway)
        command += ["--protected-mode", "no"]
        super().__init__(command, port, f"redis://{embedded.LOOPBACK}:{port}/0")
        self.url_for_hosts = f"redis://{hosts.gateway}:{port}/0"


class HostsCluster(Cluster):
    """An installation whose nodes ``node-<n>``, and an observer each, run on hosts of their own; the rest runs here."""

    def __init__(self, home: Path, hosts: Hosts, servers: NatsCluster, **options: Any) -> None:
        """See ``Cluster``."""
        self.hosts, self.servers = hosts, servers
        self.reachable = ValkeyForHosts(hosts, home / "valkey")
        super().__init__(home, valkey=self.reachable, nats=servers, **options)

    def start_observer(self, number: int) -> None:
        """Begin to write down what host ``number`` sees of the nodes."""
        self._start(f"observer-{number}", ["-m", "tests.faults.observe", str(self.seen_by(number))])

    def seen_by(self, number: int) -> Path:
        """Return the file of a host's observer."""
        return self.home / f"seen-{number}.jsonl"

    def _start(self, name: str, arguments: Sequence[str]) -> None:
        kind, _, number = name.rpartition("-")
        on_host = int(number) if kind in ("node", "observer") else None
        addresses = {
            "AGENTCLUSTER_PROCESS": name,
            "NATS_URL": self.servers.url((on_host or 0) % self.servers.size),
            "REDIS_URL": self.reachable.url if on_host is None else self.reachable.url_for_hosts,
        }
        environment, log = {**self.environment, **addresses}, self.home / f"{name}.log"
        command = [sys.executable, *arguments]
        if on_host is not None:
            self.processes[name] = self.hosts.start(on_host, command, environment, log)
            return
        with log.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
            )
