"""The real processes the benchmark runs against, each in a temporary data folder and on free ports."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from agentcluster.up import embedded

ROOT: Final = Path(__file__).resolve().parent.parent
START_S: Final = 60.0


class BenchError(Exception):
    """The benchmark could not be carried out."""


class Process:
    """A child process whose output goes to a file in ``home``."""

    def __init__(self, name: str, command: Sequence[str], home: Path, environment: dict[str, str]) -> None:
        self.name, self.log = name, home / f"{name}.log"
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command), cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        if self._process.poll() is not None:
            raise BenchError(f"{self.name} ended with code {self._process.returncode}:\n{self.tail()}")

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def cpu_s(self) -> float:
        """Return the CPU seconds used so far by the process and the children it has waited for."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the bytes of memory only this process has."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Private_"))

    def stop(self) -> None:
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Stack:
    """Valkey, NATS, and what is started on top of them; stops everything, last started first."""

    def __init__(self, home: Path, *, appendfsync: str, name: str = "") -> None:
        """``name`` is that of the measurement."""
        self.home, self.appendfsync, self.name = home, appendfsync, name
        redis_port, nats_port = embedded.free_port(), embedded.free_port()
        self.redis_url = f"redis://{embedded.LOOPBACK}:{redis_port}/0"
        self.nats_url = f"nats://{embedded.LOOPBACK}:{nats_port}"
        self.environment = {
            "AGENTCLUSTER_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "agentcluster.settings",
            "NATS_URL": self.nats_url,
            "PYTHONUNBUFFERED": "1",
            "REDIS_URL": self.redis_url,
        }
        self.processes: dict[str, Process] = {}
        self.start("valkey", embedded.valkey_command(home / "valkey", redis_port, appendfsync=appendfsync))
        self.start("nats", embedded.nats_command(home / "nats", nats_port))

    def start(self, name: str, command: Sequence[str], **environment: str) -> Process:
        more = {"AGENTCLUSTER_PROCESS": name, **self.environment, **environment}
        process = self.processes[name] = Process(name, command, self.home, more)
        return process

    def python(self, name: str, *arguments: str, **environment: str) -> Process:
        return self.start(name, [sys.executable, *arguments], **environment)

    def end(self, name: str) -> None:
        """Stop one process."""
        self.processes.pop(name).stop()

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for process in self.processes.values():
                process.check()
            if ready():
                return
            time.sleep(0.05)
        logs = "\n".join(process.tail() for process in self.processes.values())
        raise BenchError(f"{what} took longer than {START_S:.0f} s.\n{logs}")

    def cpu_s(self) -> dict[str, float]:
        return {name: process.cpu_s() for name, process in self.processes.items()}

    def stop(self) -> None:
        for name in reversed([*self.processes]):
            self.end(name)
