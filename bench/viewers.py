"""What live traces cost: the same runs watched over WebSockets and not, by turns."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from websockets.asyncio.client import connect

from bench.cluster import Cluster
from bench.figures import Figure, Size
from bench.processes import Stack
from bench.starts import start_web
from bench.workload import accept, create_version, mapped
from designer.engine.request import RunRequest
from designer.engine.submit import submit

RUNS = 10
ITEMS = {True: 100, False: 600}
ROUNDS = 4


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure runs of many steps, ten at a time: with nobody watching, one run watched, all watched, and again."""
    cluster = Cluster(stack)
    url, secret = start_web(stack)
    items = ITEMS[size.seconds < 5]
    version = create_version(mapped(items, 10), "watched")
    passed, seen = {0: 0.0, 1: 0.0, RUNS: 0.0}, 0
    asyncio.run(_round(cluster, accept(version, RUNS), RUNS, url, secret))
    for _ in range(ROUNDS):
        for watched in passed:
            seconds, events = asyncio.run(_round(cluster, accept(version, RUNS), watched, url, secret))
            passed[watched] += seconds
            seen += events
    cluster.close()
    rate = {watched: ROUNDS * RUNS * items / seconds for watched, seconds in passed.items()}
    return [
        Figure("off_steps_per_s", f"{RUNS} long runs, nobody watches", rate[0], "/s"),
        Figure("one_steps_per_s", "A viewer follows one of them", rate[1], "/s"),
        Figure("all_steps_per_s", "A viewer follows each of them", rate[RUNS], "/s"),
        Figure("one_ratio", "One followed ÷ none", rate[1] / rate[0], "×"),
        Figure("all_ratio", "All followed ÷ none", rate[RUNS] / rate[0], "×"),
        Figure("seen", "Events the viewers got", seen, ""),
    ]


async def _round(
    cluster: Cluster, requests: Sequence[RunRequest], watched: int, url: str, secret: str
) -> tuple[float, int]:
    """Start the runs, the first ``watched`` of them with a viewer; return the seconds they took and the events seen."""
    headers = {"Authorization": f"Bearer {secret}"}
    address = url.replace("http", "ws", 1)
    sockets = [
        await connect(f"{address}/ws/runs/{request.run_id}/", additional_headers=headers, max_size=None)
        for request in requests[:watched]
    ]
    await asyncio.sleep(0.2)
    begin = time.perf_counter()
    following = [asyncio.create_task(_follow(socket)) for socket in sockets]
    await asyncio.to_thread(submit, requests)
    await asyncio.to_thread(cluster.wait_below, 1, 0.002)
    seconds = time.perf_counter() - begin
    return seconds, sum(await asyncio.gather(*following))


async def _follow(socket: Any) -> int:
    """Acknowledge events until the end, as the page does; return how many there were."""
    seen = 0
    async for text in socket:
        message = msgspec.json.decode(text)
        if message["type"] == "end":
            break
        if message["type"] == "events":
            seen += len(message["events"])
            await socket.send(msgspec.json.encode({"type": "ack", "cursor": message["cursor"]}).decode())
    await socket.close()
    return seen
