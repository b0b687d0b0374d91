"""A whole installation of real processes that a test may kill, stop and start again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from django.db import connections

from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.security.models import Project
from agentcluster.streams import blocking, keys
from agentcluster.streams.connections import sync_client
from agentcluster.up.processes import ENGINE
from designer.domain.graph import AgentNode, Edge, EndNode, Graph, JoinNode, MapNode, StartNode
from designer.engine.request import RunRequest, encode_request
from designer.models import OPEN_STATUSES, Run, Workflow, WorkflowVersion
from tests.conftest import start_nats, start_valkey
from tests.waiting import wait_until

ALIAS = "faults"
ROOT = Path(__file__).resolve().parents[2]


def _pause(name: str, seconds: float, parent: str | None = None) -> AgentNode:
    given = {"seconds": f"${{ {seconds} * input.slow }}", "value": "${ input.n }"}
    return AgentNode(id=name, agent="pause", input=given, parent=parent)


GRAPH = Graph(
    (
        StartNode(id="start"),
        _pause("first", 0.5),
        _pause("left", 0.6),
        MapNode(id="each", items=[1, 2, 3], concurrency=2),
        _pause("inner", 0.3, parent="each"),
        JoinNode(id="both"),
        _pause("last", 0.5),
        EndNode(id="end", output={"n": "${ steps.last.value }"}),
    ),
    (
        Edge("start", "first"),
        Edge("first", "left"),
        Edge("first", "each"),
        Edge("left", "both"),
        Edge("each", "both"),
        Edge("both", "last"),
        Edge("last", "end"),
    ),
)
STEPS = 9


class Cluster:
    """Valkey, NATS, a database file; engine workers and nodes by name."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.valkey, self.nats = start_valkey(home / "valkey"), start_nats(home / "nats")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = sync_client(self.valkey.url)
        self.version = _version()

    def start_worker(self, name: str) -> None:
        self._start(name, [sys.executable, *ENGINE, "-n", f"{name}@%h"])

    def start_node(self, name: str) -> None:
        self._start(name, [sys.executable, "-m", "tests.faults.run_node", name])

    def wait_for_workers(self, count: int) -> None:
        wait_until(lambda: len(blocking.read_workers(self.client)) >= count, 30)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def terminate(self, name: str) -> int:
        process = self.processes.pop(name)
        process.terminate()
        try:
            return process.wait(timeout=30)
        except subprocess.TimeoutExpired as error:
            process.send_signal(signal.SIGABRT)
            process.wait()
            raise AssertionError(f"{name} did not stop within 30 s") from error

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def accept(self, count: int, slow: float = 1.0) -> list[RunRequest]:
        """Store runs that take about two seconds times ``slow``."""
        runs = [
            Run(
                project_id=self.version.workflow.project_id,
                workflow_id=self.version.workflow_id,
                version=self.version,
                input={"n": number, "slow": slow},
                trace_id=new_trace_id(),
            )
            for number in range(count)
        ]
        Run.objects.using(ALIAS).bulk_create(runs)
        return [RunRequest(run.pk, run.workflow_id, self.version.pk, run.input, "", run.trace_id) for run in runs]

    def submit(self, count: int, slow: float = 1.0) -> list[str]:
        requests = self.accept(count, slow)
        blocking.add_hints(self.client, map(encode_request, requests))
        return [request.run_id for request in requests]

    def wait_until_begun(self, run_ids: Sequence[str]) -> None:
        """Wait until every run has completed its first step and is busy with the next ones."""
        wait_until(lambda: all(meta and meta.seq >= 4 for meta in blocking.read_metas(self.client, run_ids)), 30)

    def in_flight(self, run_ids: Sequence[str]) -> int:
        return sum(meta is not None and meta.status == "open" for meta in blocking.read_metas(self.client, run_ids))

    def wait_until_ended(self, run_ids: Sequence[str], timeout_s: float = 30) -> None:
        """Wait until SQL shows the end of every run."""
        open_runs = Run.objects.using(ALIAS).filter(pk__in=run_ids, status__in=OPEN_STATUSES)
        wait_until(lambda: not open_runs.exists(), timeout_s)

    def owners(self, run_ids: Sequence[str]) -> set[str]:
        return {meta.owner for meta in blocking.read_metas(self.client, run_ids) if meta is not None}

    def worker_of(self, owner: str) -> str:
        """Return the name of the worker process whose engine has this id."""
        return next(name for name in self.processes if owner in (self.home / f"{name}.log").read_text())

    def hints(self) -> int:
        return int(self.client.xlen(keys.READY))

    def logs(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')}" for log in self.home.glob("*.log"))

    def stop(self) -> None:
        """Stop everything, and fail when something did not stop by itself."""
        with ExitStack() as ending:
            ending.callback(self.valkey.stop)
            ending.callback(self.nats.stop)
            ending.callback(self.client.close)
            for name in [*self.processes]:
                self.processes[name].send_signal(signal.SIGCONT)
                ending.callback(self.terminate, name)

    def _start(self, name: str, command: Sequence[str]) -> None:
        environment = {
            "AGENTCLUSTER_HOME": str(self.home),
            "PYTHONFAULTHANDLER": "1",
            "DJANGO_SETTINGS_MODULE": "agentcluster.settings",
            "NATS_URL": self.nats.url,
            "REDIS_URL": self.valkey.url,
        }
        with (self.home / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
            )


@contextmanager
def database(file: Path) -> Iterator[None]:
    """Make ``ALIAS`` the SQLite database in ``file``."""
    connections.settings[ALIAS] = {**connections.settings["default"], "NAME": str(file)}
    try:
        yield
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _version() -> WorkflowVersion:
    document = msgspec.to_builtins(GRAPH)
    project = Project.objects.using(ALIAS).create(slug="faults", name="Faults")
    workflow = Workflow.objects.using(ALIAS).create(project=project, name="pauses", title="Pauses", draft=document)
    return WorkflowVersion.objects.using(ALIAS).create(
        workflow=workflow, number=1, digest=sha256_of(msgspec.json.encode(document)), graph=document
    )
