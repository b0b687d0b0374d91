"""Run starts a second through the REST API, while the engine drives what is started."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from django.contrib.auth import get_user_model

from agentcluster.security import tokens
from agentcluster.up import embedded
from agentcluster.up.processes import web_arguments
from agents.domain.manifest import IntentSchema
from agents.domain.policy import Policy
from agents.policies import store
from agents.registry.register import register
from agents.tools import builtin
from bench.cluster import Cluster
from bench.figures import Figure, Size
from bench.flood import post, press
from bench.processes import BenchError, Process, Stack
from bench.workload import AGENT, INPUT

BATCH = 500
CLIENTS = 16
TARGET = 500.0


def start_web(stack: Stack) -> tuple[str, str]:
    """Start the web process; return its address and the token of an administrator."""
    user = get_user_model().objects.create_superuser("bench")
    secret = tokens.create(user, "bench")
    port = embedded.free_port()
    url = f"http://{embedded.LOOPBACK}:{port}"
    stack.python("web", *web_arguments(embedded.LOOPBACK, port), ALLOWED_HOSTS="*")
    stack.wait(lambda: _answers(url), "The web process's start")
    return url, secret


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Start runs by hundreds, then one by one, then many clients at once; counted is until the last answer is there."""
    cluster = Cluster(stack)
    announce()
    unlimited()
    url, secret = start_web(stack)
    web = stack.processes["web"]
    path = f"workflows/{cluster.version.workflow_id}/runs"
    body = {"runs": [{"input": INPUT}] * BATCH}
    with httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {secret}"}, timeout=60) as api:
        _post(api, f"{path}/batch", body)
        cluster.wait_below(1)
        batch, batch_cpu, elapsed = _repeat(web, size.seconds, lambda: _post(api, f"{path}/batch", body))
        begin = time.perf_counter()
        cluster.wait_below(1)
        ended = batch / (elapsed + time.perf_counter() - begin)
        single, single_cpu, passed = _repeat(web, size.seconds, lambda: _post(api, path, {"input": INPUT}))
        cluster.wait_below(1)
    request = post(f"{url}/api/v1/{path}", secret, msgspec.json.encode({"input": INPUT}))
    before = web.cpu_s()
    many = asyncio.run(press(f"{url}/api/v1/{path}", request, clients=CLIENTS, seconds=size.seconds))
    many_cpu = web.cpu_s() - before
    if set(many.answers) != {202} or many.broken:
        raise BenchError(f"{many.broken} broken; {many.bodies}")
    cluster.wait_below(1)
    cluster.close()
    return [
        Figure("batch_starts_per_s", f"Starts in batches of {BATCH}", batch * BATCH / elapsed, "/s", TARGET),
        Figure("batch_ended_per_s", "Those runs, started and ended", ended * BATCH, "/s"),
        Figure("batch_web_cpu_ms", "CPU of web per 1,000 starts in batches", batch_cpu * 1e6 / (batch * BATCH), "ms"),
        Figure("single_starts_per_s", "Starts one by one, one client", single / passed, "/s"),
        Figure("single_web_cpu_ms", "CPU of web per 1,000 starts one by one", single_cpu * 1e6 / single, "ms"),
        Figure(
            "many_starts_per_s", f"Starts one by one, {CLIENTS} clients", many.answers[202] / many.seconds, "/s", 250.0
        ),
        Figure("many_p99_ms", f"A start among {CLIENTS} clients, p99", many.slowest_s(202) * 1000, "ms"),
        Figure(
            "many_web_cpu_ms",
            f"CPU of web per 1,000 starts of {CLIENTS} clients",
            many_cpu * 1e6 / many.answers[202],
            "ms",
            4000.0,
            "low",
        ),
    ]


def announce() -> None:
    """Put the agent into the catalogue, as nodes do with all but this one: a start checks that all agents exist."""
    anything = {"type": "object"}
    register(msgspec.structs.replace(builtin([AGENT])[0], intent=IntentSchema(anything, anything)))


def unlimited() -> None:
    """Lift the rate limit of users, which the one user of a measurement would meet."""
    policy = Policy("bench", "rate_limit", spec={"rate": 1e6, "burst": 1_000_000})
    store.keep((policy,), number=1, previous=0, action="replace")


def _repeat(web: Process, seconds: float, act: Callable[[], None]) -> tuple[int, float, float]:
    """Return how often ``act`` was done, the CPU seconds of ``web`` and the seconds passed."""
    before, begin, count = web.cpu_s(), time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        act()
        count += 1
    return count, web.cpu_s() - before, time.perf_counter() - begin


def _post(api: httpx.Client, path: str, body: Any) -> None:
    answer = api.post(path, json=body)
    if answer.status_code != 202:
        raise BenchError(f"{path}: {answer.status_code} {answer.text[:500]}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
