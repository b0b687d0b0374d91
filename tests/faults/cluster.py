"""A whole installation of real processes that a test may kill, stop and start again, and the links between them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
from django.contrib.auth.models import User
from django.db import connections
from semver import Version

from agentcluster.database import database_setting
from agentcluster.ids import new_trace_id
from agentcluster.security.models import ApiToken, Membership, Project, Role
from agentcluster.security.tokens import digest_of
from agentcluster.streams import blocking, keys
from agentcluster.streams.connections import sync_client
from agentcluster.up import embedded
from agentcluster.up.processes import BEAT, ENGINE, JOBS, web_arguments
from agents.domain.manifest import Manifest, identity
from agents.models import Agent, AgentVersion, IntentSchema
from agents.registry.versions import sort_key
from designer.engine.request import RunRequest, encode_request
from designer.models import OPEN_STATUSES, Run
from tests.conftest import Server, start_nats, start_valkey
from tests.faults import agents, effects
from tests.faults.proxy import Network
from tests.faults.workload import Published
from tests.waiting import wait_until

ALIAS = "faults"
ROOT = Path(__file__).resolve().parents[2]
TOKEN = "agc_of-the-fault-lab"
BROKEN = ("-m", "tests.faults.broken")
"""Starts a process as a build with something left out, for the tests of the checker."""


class Cluster:
    """Valkey, NATS, a database; engine workers, nodes and other processes by name."""

    def __init__(
        self,
        home: Path,
        *,
        database_url: str = "",
        hungry: bool = False,
        valkey: Server | None = None,
        nats: Any = None,
        environment: dict[str, str] | None = None,
        broken: str = "",
        ledger: Path | None = None,
        processes: dict[str, dict[str, str]] | None = None,
    ) -> None:
        """``hungry``: with agents in worker processes; ``broken`` names the build of ``tests.faults.broken``.

        ``ledger`` is where effects are written down, in ``home`` by default; ``processes`` are environments of some.
        """
        self.home, self.hungry, self.broken = home, hungry, broken
        self.network = Network()
        self.valkey, self.nats = valkey or start_valkey(home / "valkey"), nats or start_nats(home / "nats")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = sync_client(self.valkey.url)
        self._of_processes = processes or {}
        self.effects, self.slow = ledger or home / "effects.sqlite3", home / "slow"
        self.environment = {
            "AGENTCLUSTER_HOME": str(home),
            "ARCHIVE_AFTER_S": "86400",
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "agentcluster.settings",
            "PYTHONFAULTHANDLER": "1",
            agents.SLOW_FILE: str(self.slow),
            effects.VARIABLE: str(self.effects),
            **(environment or {}),
        }
        self.port = embedded.free_port()
        project = Project.objects.using(ALIAS).create(slug="faults", name="Faults")
        _administrator(project)
        for manifest in (*agents.LIGHT, agents.EAT):
            _register(manifest)
        self.published = Published(ALIAS, project, hungry=hungry)

    @property
    def url(self) -> str:
        """Where the page and the API are."""
        return f"http://{embedded.LOOPBACK}:{self.port}"

    def start_worker(self, name: str) -> None:
        self._start(name, [*ENGINE, "-n", f"{name}@%h"])

    def start_jobs(self, name: str = "jobs") -> None:
        self._start(name, [*JOBS, "-n", f"{name}@%h"])

    def start_beat(self, name: str = "beat") -> None:
        self._start(name, [*BEAT])

    def start_web(self, name: str = "web") -> None:
        self._start(name, [*web_arguments(embedded.LOOPBACK, self.port)])

    def start_node(self, name: str) -> None:
        arguments = ["--hungry"] if self.hungry else []
        self._start(name, ["-m", "tests.faults.run_node", name, *arguments])

    def wait_for_workers(self, count: int) -> None:
        wait_until(lambda: len(blocking.read_workers(self.client)) >= count, 60)

    def pid_of_child(self, name: str) -> int:
        """Return the process that a prefork worker has its tasks done by."""
        parent = psutil.Process(self.processes[name].pid)
        wait_until(parent.children, 60)
        return int(parent.children()[0].pid)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def terminate(self, name: str) -> int:
        process = self.processes.pop(name)
        process.terminate()
        try:
            return process.wait(timeout=40)
        except subprocess.TimeoutExpired as error:
            process.send_signal(signal.SIGABRT)
            process.wait()
            raise AssertionError(f"{name} did not stop within 40 s") from error

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def accept(self, count: int, slow: float = 1.0, kind: str = "line") -> list[RunRequest]:
        """Store runs that take some seconds times ``slow``, and hint at none of them."""
        version = self.published.versions[kind]
        runs = [
            Run(
                project=self.published.project,
                workflow_id=version.workflow_id,
                version=version,
                input={"slow": slow, "batch": "none"},
                trace_id=new_trace_id(),
            )
            for _ in range(count)
        ]
        Run.objects.using(ALIAS).bulk_create(runs)
        return [RunRequest(run.pk, run.workflow_id, version.pk, run.input, "", run.trace_id) for run in runs]

    def submit(self, count: int, slow: float = 1.0, kind: str = "line") -> list[str]:
        requests = self.accept(count, slow, kind)
        blocking.add_hints(self.client, map(encode_request, requests))
        return [request.run_id for request in requests]

    def wait_until_begun(self, run_ids: Sequence[str]) -> None:
        """Wait until every run has completed its first step and is busy with the next ones."""
        wait_until(lambda: all(meta and meta.seq >= 4 for meta in blocking.read_metas(self.client, run_ids)), 60)

    def in_flight(self, run_ids: Sequence[str]) -> int:
        """Return how many of the runs have begun and not ended."""
        return sum(meta is not None and meta.status == "open" for meta in blocking.read_metas(self.client, run_ids))

    def open_runs(self, run_ids: Sequence[str]) -> list[str]:
        """Return the runs that SQL does not show as ended."""
        found = Run.objects.using(ALIAS).filter(pk__in=run_ids, status__in=OPEN_STATUSES)
        return [*found.values_list("pk", flat=True)]

    def wait_until_ended(self, run_ids: Sequence[str], timeout_s: float = 60) -> None:
        wait_until(lambda: not self.open_runs(run_ids), timeout_s)

    def owners(self, run_ids: Sequence[str]) -> set[str]:
        return {meta.owner for meta in blocking.read_metas(self.client, run_ids) if meta is not None and meta.owner}

    def worker_of(self, owner: str) -> str:
        """Return the name of the worker process whose engine has this id."""
        return next(name for name in self.processes if owner in (self.home / f"{name}.log").read_text())

    def busiest_worker(self, run_ids: Sequence[str]) -> str:
        """Return the worker that owns most of the runs."""
        metas = [meta.owner for meta in blocking.read_metas(self.client, run_ids) if meta is not None and meta.owner]
        return self.worker_of(max(metas, key=metas.count))

    def hints(self) -> int:
        return sum(int(self.client.xlen(stream)) for stream in keys.READY_BY_PRIORITY.values())

    def logs(self, lines: int = 150) -> str:
        """Return the end of every process's log."""
        ends = {log.name: log.read_text(errors="replace").splitlines()[-lines:] for log in self.home.glob("*.log")}
        return "\n".join(line for name, end in ends.items() for line in (f"--- {name}", *end))

    def stop(self) -> None:
        """Stop everything, and fail when something did not stop by itself."""
        self.network.heal()
        with ExitStack() as ending:
            ending.callback(self.network.close)
            ending.callback(self.valkey.stop)
            ending.callback(self.nats.stop)
            ending.callback(self.client.close)
            for name in [*self.processes]:
                self.processes[name].send_signal(signal.SIGCONT)
                ending.callback(self.terminate, name)

    def _start(self, name: str, arguments: Sequence[str]) -> None:
        redis = self.network.link(name, "valkey", self.valkey.port).port
        nats = self.network.link(name, "nats", self.nats.port).port
        addresses = {
            "AGENTCLUSTER_PROCESS": name,
            "NATS_URL": f"nats://{embedded.LOOPBACK}:{nats}",
            "REDIS_URL": f"redis://{embedded.LOOPBACK}:{redis}/0",
        }
        command = [sys.executable, *([*BROKEN, self.broken] if self.broken else []), *arguments]
        with (self.home / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment, **addresses, **self._of_processes.get(name, {})},
                stdout=output,
                stderr=output,
            )


@contextmanager
def database(url: str) -> Iterator[None]:
    """Make ``ALIAS`` the database at ``url``."""
    setting: dict[str, Any] = {**connections.settings["default"], **database_setting(url, Path())}
    connections.settings[ALIAS] = setting
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _register(manifest: Manifest) -> None:
    """Write an agent into the registry, as the preparation of an installation does with those that come along."""
    agent = Agent.objects.using(ALIAS).create(name=manifest.name, title=manifest.title)
    schema, _ = IntentSchema.objects.using(ALIAS).get_or_create(
        digest="sha256:any", defaults={"input": {}, "output": {}}
    )
    AgentVersion.objects.using(ALIAS).create(
        agent=agent,
        version=manifest.version,
        sort_key=sort_key(Version.parse(manifest.version)),
        identity=identity(manifest),
        manifest=msgspec.to_builtins(manifest),
        intent_schema=schema,
    )


def _administrator(project: Project) -> None:
    user = User.objects.using(ALIAS).create(username="lab", is_active=True)
    Membership.objects.using(ALIAS).create(project=project, user=user, role=Role.OWNER)
    ApiToken.objects.using(ALIAS).create(user=user, name="lab", digest=digest_of(TOKEN), prefix=TOKEN[:8])
