"""A cache that cannot be reached is empty."""

import asyncio
from typing import Any

from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from agentcluster.up import embedded
from agents.cluster.view import ClusterView
from designer.domain.graph import Cache
from designer.domain.pending import PendingCall
from designer.engine.cache import LOOK_S, CallCache
from designer.engine.capacity import Capacity
from designer.engine.queues import Waiting

CALL = PendingCall("ask", "echo", "1.2.0", 1, "run/ask/1", "run/ask", {"n": 1}, None, 0, cache=Cache())


class Driver:
    def __init__(self) -> None:
        self.woken = asyncio.Event()

    def wake(self) -> None:
        self.woken.set()


async def test_without_redis_a_look_is_a_miss_within_half_a_second(transactional_db: None, nats_url: str) -> None:
    bus: Bus = await connect(nats_url, "test")
    writer = BatchWriter(f"redis://127.0.0.1:{embedded.free_port()}/0")
    view = ClusterView(bus)
    cache: Any = CallCache(RunLog(writer), Capacity(view))
    driver = Driver()
    assert isinstance(cache.look(CALL, "workflow", driver), Waiting)
    async with asyncio.timeout(LOOK_S + 1):
        await driver.woken.wait()
    assert cache.look(CALL, "workflow", driver) is None
    cache.keep(CALL, "workflow", ("echo", "1.2.0"), {"n": 1})
    cache.withdraw(CALL.call_id)
    await cache.stop()
    await writer.close()
    await bus.close()
