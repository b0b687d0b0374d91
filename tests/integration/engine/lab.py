"""An engine and a node in the test's own process, on real servers and a real database."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from asgiref.sync import sync_to_async

from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.messaging import Bus, connect
from agentcluster.security.models import Project
from agentcluster.streams import blocking
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import sync_client
from agents.domain.manifest import Manifest
from agents.node.node import Node, profile
from designer.domain import events as ev
from designer.domain.graph import AgentNode, Edge, EndNode, Graph, StartNode
from designer.domain.graph import Node as GraphNode
from designer.engine.journal import decode_record
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.engine.worker import Engine
from designer.models import OPEN_STATUSES, Run, Workflow, WorkflowVersion
from tests.agents.manifests import LIGHT
from tests.integration.engine.checking import check_runs


def line(*nodes: GraphNode, output: Any = None) -> Graph:
    """Return a graph of ``nodes`` one after the other."""
    whole = (StartNode(id="start"), *nodes, EndNode(id="end", output=output or {}))
    return Graph(whole, tuple(Edge(a.id, b.id) for a, b in pairwise(whole)))


def agent(step: str, name: str, **fields: Any) -> AgentNode:
    return AgentNode(id=step, agent=name, **fields)


async def asubmit(requests: Sequence[RunRequest]) -> None:
    await asyncio.to_thread(submit, requests)


class Lab:
    """``async with``: a node with the test agents and one engine worker. Further ones on demand."""

    def __init__(self, redis_url: str, nats_url: str) -> None:
        self.redis_url, self.nats_url = redis_url, nats_url
        self.client = sync_client(redis_url)
        self.client.flushdb()
        self.engines: list[tuple[Engine, asyncio.Task[None]]] = []
        self.nodes: list[Node] = []

    async def __aenter__(self) -> "Lab":
        self.bus: Bus = await connect(self.nats_url, "lab")
        self.writer = BatchWriter(self.redis_url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop_engines()
        for node in self.nodes:
            await node.stop(finish_s=0)
        await self.bus.close()
        await self.writer.close()
        self.client.close()

    async def start_node(self, manifests: Sequence[Manifest] = LIGHT) -> Node:
        node = Node(self.bus, self.writer, profile(f"lab-{len(self.nodes)}"), manifests)
        await node.start()
        self.nodes.append(node)
        return node

    def start_engine(self, max_runs: int = 100) -> Engine:
        engine = Engine(self.redis_url, self.nats_url, max_runs=max_runs)
        self.engines.append((engine, asyncio.create_task(engine.serve())))
        return engine

    async def stop_engines(self) -> None:
        for engine, task in self.engines:
            engine.stop()
            await task
        self.engines.clear()

    async def accept(self, graph: Graph, input: Any = None, count: int = 1) -> list[RunRequest]:
        return await sync_to_async(_accept)(graph, input or {}, count)

    async def start(self, graph: Graph, input: Any = None, count: int = 1) -> list[str]:
        requests = await self.accept(graph, input, count)
        await asubmit(requests)
        return [request.run_id for request in requests]

    async def row(self, run_id: str) -> Run:
        return await Run.objects.aget(pk=run_id)

    async def ended(self, *run_ids: str, timeout_s: float = 20) -> list[Run]:
        """Wait until SQL shows the end of the runs; return their rows in order."""
        end = time.monotonic() + timeout_s
        while await Run.objects.filter(pk__in=run_ids, status__in=OPEN_STATUSES).aexists():
            assert time.monotonic() < end, [(run_id, self.events(run_id)) for run_id in run_ids]
            for _, task in self.engines:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)
        rows = {run.pk: run async for run in Run.objects.filter(pk__in=run_ids)}
        return [rows[run_id] for run_id in run_ids]

    async def shown(self, run_id: str, status: str, timeout_s: float = 10) -> Run:
        """Wait until SQL shows the run with this status; return its row."""
        end = time.monotonic() + timeout_s
        while (run := await self.row(run_id)).status != status:
            assert time.monotonic() < end, (run.status, self.events(run_id))
            await asyncio.sleep(0.02)
        return run

    async def seen(self, run_id: str, kind: type[ev.Event], timeout_s: float = 10) -> Any:
        """Wait for an event of ``kind`` in the run's log and return the first."""
        end = time.monotonic() + timeout_s
        while True:
            found = [event for event in self.events(run_id) if isinstance(event, kind)]
            if found:
                return found[0]
            assert time.monotonic() < end, self.events(run_id)
            await asyncio.sleep(0.02)

    def events(self, run_id: str) -> list[ev.Event]:
        return [decode_record(entry).event for entry in blocking.iterate_log(self.client, run_id)]

    async def check(self, *run_ids: str, status: str = "completed", steps: int = 0) -> None:
        await sync_to_async(check_runs)(self.client, run_ids, status=status, steps=steps, alias="default")


def _accept(graph: Graph, input: Any, count: int) -> list[RunRequest]:
    document = msgspec.to_builtins(graph)
    project, _ = Project.objects.get_or_create(slug="lab", defaults={"name": "Lab"})
    workflow, _ = Workflow.objects.get_or_create(project=project, name="lab", defaults={"title": "Lab"})
    digest = sha256_of(msgspec.json.encode(document))
    version, _ = WorkflowVersion.objects.get_or_create(
        workflow=workflow, number=None, digest=digest, defaults={"graph": document}
    )
    fields = {"project": project, "workflow": workflow, "version": version, "input": input}
    runs = Run.objects.bulk_create(Run(**fields, trace_id=new_trace_id()) for _ in range(count))
    return [RunRequest(run.pk, workflow.pk, version.pk, input, "ada", run.trace_id) for run in runs]


async def chain(lab: Lab, run_id: str) -> list[str]:
    """Follow a run to the one that has not been continued; return all their ids."""
    ids = [run_id]
    while True:
        (run,) = await lab.ended(ids[-1], timeout_s=30)
        if run.status != "continued":
            return ids
        last = lab.events(ids[-1])[-1]
        assert isinstance(last, ev.RunContinued)
        ids.append(last.next_run_id)
