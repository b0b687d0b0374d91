"""The fault lab: an installation under a mixed load, a fault in the middle of it, and what the checker says afterwards."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from agentcluster.streams import blocking
from agentcluster.streams.connections import sync_client
from agentcluster.streams.errors import StreamsUnavailableError
from designer.domain import events as ev
from tests.faults import checker
from tests.faults.cluster import ALIAS, TOKEN, Cluster, database
from tests.faults.effects import Ledger
from tests.faults.people import People
from tests.faults.viewer import Viewer
from tests.faults.workload import Kind
from tests.waiting import wait_until

LOOK_S: Final = 0.1
IN_FLIGHT: Final = 20
WATCHED: Final = ("line", "loop", "people", "saga")
"""A viewer watches one run of each of these."""
ENDED_S: Final = 150.0
"""How long runs may take after a fault: no judgement of speed, which the table is for."""
SETTLED_S: Final = 25.0
DROPPED: Final = "a hint cannot be read and is dropped"


class Pulse(threading.Thread):
    """Notes how far each run is, ten times a second, by a clock that no fault touches."""

    def __init__(self, url: str, run_ids: list[str]) -> None:
        """Begin to look."""
        super().__init__(name="pulse", daemon=True)
        self._client, self._run_ids = sync_client(url, size=1), run_ids
        self._over = threading.Event()
        self.looks: list[tuple[float, dict[str, int]]] = []
        self.start()

    def run(self) -> None:
        """Look until told to stop; not while Redis is away."""
        while not self._over.wait(LOOK_S):
            with suppress(StreamsUnavailableError):
                metas = blocking.read_metas(self._client, self._run_ids)
                seqs = {run_id: meta.seq if meta else 0 for run_id, meta in zip(self._run_ids, metas, strict=True)}
                self.looks.append((time.monotonic(), seqs))

    def finish(self) -> None:
        """Look no more."""
        self._over.set()
        self.join(15)
        self._client.close()

    def at(self, moment: float) -> dict[str, int]:
        """Return how far each run was at the last look before the moment."""
        before = [seqs for at, seqs in self.looks if at <= moment]
        return before[-1] if before else dict.fromkeys(self._run_ids, 0)

    def advance_after(self, moment: float, run_id: str) -> float:
        """Return how many seconds after the moment the run was seen to advance."""
        seq = self.at(moment)[run_id]
        return next((at - moment for at, seqs in self.looks if at > moment and seqs[run_id] > seq), float("inf"))


@dataclass
class Outcome:
    """What came of one fault: ``recovery_s`` is of each affected run, see docs/reliability.md."""

    runs: int
    survived: int
    in_flight: int
    recovery_s: list[float]
    violations: list[checker.Violation]
    history: checker.History = field(repr=False)


@dataclass
class Fault:
    """What is done to an installation: returns the moment (``time.monotonic``) that recovery counts from."""

    name: str
    inflict: Callable[["Lab", list[str]], float]
    target_s: float | None = None
    """The p95 of recovery that is wanted."""
    poison: int = 0
    counts: Mapping[str, int] | None = None
    """How many runs of each kind, where not those of the mix."""


class Lab:
    """One installation, for several faults one after the other."""

    def __init__(self, cluster: Cluster, *, workers: int = 2, nodes: int = 2) -> None:
        """Start everything."""
        self.cluster = cluster
        self.workers = [f"worker-{number}" for number in range(workers)]
        self.nodes = [f"node-{number}" for number in range(nodes)]
        self.sound = True
        """False once a check has failed here: what comes after would be judged by its traces."""
        self._api = httpx.Client(
            base_url=f"{cluster.url}/api/v1/", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
        )
        self._batches = 0
        self.measured: list[float] = []
        """Seconds of recovery that a fault has measured by itself."""
        self.make_whole()

    def make_whole(self) -> None:
        """Start what is not running, let run what stands still, heal all links."""
        cluster = self.cluster
        cluster.network.heal()
        cluster.slow.unlink(missing_ok=True)
        for name, start in (
            *((name, cluster.start_worker) for name in self.workers),
            *((name, cluster.start_node) for name in self.nodes),
            ("web", cluster.start_web),
        ):
            process = cluster.processes.get(name)
            if process is None or process.poll() is not None:
                start(name)
        cluster.wait_for_workers(len(self.workers))
        wait_until(self._is_ready, 90)

    def start_runs(self, *, counts: Mapping[str, int] | None = None) -> dict[str, Kind]:
        """Start runs of each kind through the API; return those that were accepted (202)."""
        self._batches += 1
        accepted: dict[str, Kind] = {}
        for kind in self.cluster.published.kinds.values():
            count = kind.count if counts is None else counts.get(kind.name, 0)
            if not count:
                continue
            workflow = self.cluster.published.versions[kind.name].workflow_id
            given = {"slow": 1.0, "batch": f"{self._batches}"}
            answer = self._api.post(f"workflows/{workflow}/runs/batch", json={"runs": [{"input": given}] * count})
            if answer.status_code == httpx.codes.ACCEPTED:
                accepted |= {result["id"]: kind for result in answer.json()["results"] if "id" in result}
            else:
                print(f"{kind.name}: no run was accepted: {answer.text}")
        return accepted

    def post(self, path: str, body: object) -> httpx.Response:
        """Ask the API for something."""
        return self._api.post(path, json=body)

    def get(self, path: str) -> httpx.Response:
        """Read something through the API."""
        return self._api.get(path)

    def suffer(self, fault: Fault) -> Outcome:
        """Run the mix, inflict the fault when at least 20 runs are in flight, wait for the end, check."""
        cluster = self.cluster
        dropped, self.measured = self._dropped(), []
        accepted = self.start_runs(counts=fault.counts)
        run_ids = [*accepted]
        people, pulse = People(cluster.url, TOKEN), Pulse(cluster.valkey.url, run_ids)
        viewer = Viewer(cluster.url, TOKEN, self._watched(accepted))
        lonely = [run_id for run_id, kind in accepted.items() if kind.people]
        try:
            people.look_after(lonely[::2])
            wait_until(lambda: self._are_under_way(run_ids), 60)
            in_flight = cluster.in_flight(run_ids)
            assert in_flight >= IN_FLIGHT, f"only {in_flight} runs are in flight"
            moment = fault.inflict(self, run_ids)
            people.look_after(lonely)
            wait_until(lambda: not cluster.open_runs(run_ids), ENDED_S)
        except AssertionError as error:
            self.sound = False
            raise AssertionError(f"{fault.name}: {error}\n{self.describe(accepted)}") from error
        finally:
            seen = viewer.finish(SETTLED_S)
            people.finish()
            pulse.finish()
        self._settle(run_ids)
        history = checker.gather(
            cluster.client,
            cluster.published,
            accepted,
            Ledger(cluster.effects),
            poison=fault.poison,
            dead_letters=self._dropped() - dropped,
            seen=seen,
        )
        violations = checker.check(history)
        self.sound = self.sound and not violations
        recovery = [pulse.advance_after(moment, run_id) for run_id in _at_work(history, pulse.at(moment))]
        recovery += self.measured
        return Outcome(len(run_ids), checker.survivors(history), in_flight, recovery, violations, history)

    def describe(self, accepted: Mapping[str, Kind]) -> str:
        """Return what is known of the runs that have not ended."""
        told = []
        for run_id in self.cluster.open_runs([*accepted]):
            kind, meta = accepted[run_id].name, blocking.read_metas(self.cluster.client, [run_id])[0]
            last = [entry.data.decode() for entry in blocking.iterate_log(self.cluster.client, run_id)][-2:]
            told.append(f"{run_id} ({kind}): {meta}\n    " + "\n    ".join(last))
        return "\n".join(told)

    def stop(self) -> None:
        """Stop everything."""
        self._api.close()
        self.cluster.network.heal()
        self.cluster.stop()

    def _watched(self, accepted: Mapping[str, Kind]) -> list[str]:
        by_kind = {kind.name: run_id for run_id, kind in accepted.items()}
        return [by_kind[name] for name in WATCHED if name in by_kind]

    def _are_under_way(self, run_ids: list[str]) -> bool:
        """Whether at least three quarters have begun their second step or wait, and none has to be begun yet."""
        metas = blocking.read_metas(self.cluster.client, run_ids)
        seqs = [meta.seq if meta else 0 for meta in metas]
        return min(seqs) > 0 and sum(seq >= 3 for seq in seqs) >= 0.75 * len(seqs)

    def _settle(self, run_ids: list[str]) -> None:
        """Give the last acknowledgements a moment; what is left then is the checker's."""
        with suppress(AssertionError):
            wait_until(lambda: not checker.what_is_left(self.cluster.client, run_ids), SETTLED_S)

    def _dropped(self) -> int:
        return sum(log.read_text(errors="replace").count(DROPPED) for log in self.cluster.home.glob("worker-*.log"))

    def _is_ready(self) -> bool:
        try:
            return self._api.get(f"{self.cluster.url}/health/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _at_work(history: checker.History, seqs: Mapping[str, int]) -> Iterator[str]:
    """Yield the runs that had a call in flight when their log had so many entries."""
    for story in history.stories:
        flying = set()
        for record in story.records[: seqs[story.run_id]]:
            if isinstance(record.event, ev.StepStarted):
                flying.add(record.event.step)
            elif isinstance(record.event, ev.StepCompleted | ev.StepFailed | ev.StepCancelled):
                flying.discard(record.event.step)
        if flying and len(story.records) > seqs[story.run_id]:
            yield story.run_id


@contextmanager
def laboratory(
    home: Path,
    migrated: Path,
    *,
    database_url: str = "",
    workers: int = 2,
    nodes: int = 2,
    quiet: bool = False,
    make: Callable[..., Cluster] = Cluster,
    **options: object,
) -> Iterator[Lab]:
    """Set a lab up in ``home``; ``migrated`` is a database file to begin with, unless ``database_url`` has another one.

    ``quiet``: do not print what the processes have logged; ``make``: another kind of cluster.
    """
    if not database_url:
        shutil.copy(migrated, home / "db.sqlite3")
    with database(database_url or f"sqlite:///{home}/db.sqlite3"):
        cluster = make(home, database_url=database_url, **options)
        try:
            lab = Lab(cluster, workers=workers, nodes=nodes)
        except BaseException:
            print(cluster.logs())
            cluster.stop()
            raise
        try:
            yield lab
        finally:
            if not quiet:
                print(cluster.logs())
            lab.stop()


__all__ = ["ALIAS", "Fault", "Lab", "Outcome", "laboratory"]
