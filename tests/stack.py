"""The whole system as subprocesses on free ports with a data folder of its own: what a user has after ``make up``.

    with Stack() as stack:
        stack.url, stack.token(), stack.login_link()
        stack.kill("engine"); stack.start_process("engine")

Processes are called ``valkey``, ``nats``, ``web``, ``engine`` and ``node``, and those asked for by ``also``; what they
say is in ``<home>/<name>.log``.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from agentcluster.up import address, embedded
from agentcluster.up.config import PROJECT, UpConfig
from agentcluster.up.processes import app_specs
from agentcluster.up.services import Services

READY_S = 90
SERVERS = ("valkey", "nats")
APPS = ("web", "engine", "node")
_SPEC_NAMES = {"engine": "worker"}


class Stack:
    """An installation that tests start, hurt and stop."""

    def __init__(
        self, home: Path | None = None, environment: dict[str, str] | None = None, also: Sequence[str] = ()
    ) -> None:
        """``also`` names further processes of ``make up`` that run: ``jobs``, ``triggers``, ``beat``, ``gateway``."""
        self._apps = (*APPS, *also)
        self._temporary = home is None
        self.home = home or Path(tempfile.mkdtemp(prefix="agentcluster-stack-"))
        self.config = UpConfig(
            home=self.home, port=embedded.free_port(), grpc_port=embedded.free_port(), ws_port=embedded.free_port()
        )
        redis, nats = embedded.free_port(), embedded.free_port()
        self.services = Services(f"redis://{embedded.LOOPBACK}:{redis}/0", f"nats://{embedded.LOOPBACK}:{nats}")
        self.url = self.config.address
        self._commands = {
            "valkey": embedded.valkey_command(self.home / "valkey", redis),
            "nats": embedded.nats_command(self.home / "nats", nats),
        }
        specs = {spec.name: spec for spec in app_specs(self.config, self.services)}
        self._commands |= {name: specs[_SPEC_NAMES.get(name, name)].command for name in self._apps}
        self.environment = {**os.environ, **specs["web"].environment, "DATABASE_URL": "", **(environment or {})}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Stack":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> "Stack":
        """Start everything and return when runs can be started."""
        try:
            for name in SERVERS:
                self.start_process(name)
            self.manage("prepare")
            for name in self._apps:
                self.start_process(name)
            address.announce(self.home, self.url)
            self.until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def start_process(self, name: str) -> subprocess.Popen[bytes]:
        """Start one process (again); it has the ports and the data it had before."""
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self._commands[name],
                cwd=PROJECT,
                env={**self.environment, "AGENTCLUSTER_PROCESS": name},
                stdout=log,
                stderr=log,
            )
        return self.processes[name]

    def kill(self, name: str) -> None:
        """End a process at once, as a power cut does (SIGKILL)."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """End everything, the servers last, and remove the data folder."""
        for name in (*reversed(self._apps), *SERVERS):
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._temporary:
            shutil.rmtree(self.home, ignore_errors=True)

    def until_ready(self, timeout_s: float = READY_S) -> None:
        """Wait until ``/health/ready`` says so; raise with what is missing and the logs' ends."""
        deadline, last = time.monotonic() + timeout_s, "nothing answered"
        while time.monotonic() < deadline:
            try:
                answer = httpx.get(f"{self.url}/health/ready", timeout=10)
                if answer.status_code == 200:
                    return
                last = answer.text
            except httpx.TransportError as error:
                last = str(error)
            time.sleep(0.2)
        raise AssertionError(f"not ready after {timeout_s:.0f} s: {last}\n{self.logs()}")

    def logs(self, lines: int = 30) -> str:
        """Return the end of every process's log."""
        parts = []
        for path in sorted(self.home.glob("*.log")):
            parts.append(f"--- {path.name}")
            parts += path.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(parts)

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py`` and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def cli(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run ``agent-coordinator`` as somebody at this machine's terminal does."""
        environment = {**self.environment, "NO_COLOR": "1", "COLUMNS": "140", **options.pop("env", {})}
        return subprocess.run(
            [str(PROJECT / "bin" / "agent-coordinator"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    def token(self, user: str = "admin") -> str:
        """Return a new API token."""
        done = self.cli("token", "create", user, "--json")
        assert done.returncode == 0, done.stderr
        return str(msgspec.json.decode(done.stdout)["token"])

    def login_link(self, user: str = "") -> str:
        """Return an address that logs the user (the administrator) in, once."""
        return self.manage("loginlink", *([user] if user else []), "--base", self.url).strip()

    def api(self) -> httpx.Client:
        """Return a client of the REST API; close it after use."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)
