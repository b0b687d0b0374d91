"""``python -m bench.pausing``: a node with the agent ``bench-pause``, which waits ``seconds`` (times ``BENCH_SLOWER``)."""

import asyncio
import os
import signal
from typing import Any, Final

import django

django.setup()

import uvloop  # noqa: E402
from django.conf import settings  # noqa: E402

from agentcluster import garbage  # noqa: E402
from agentcluster.messaging import connect  # noqa: E402
from agentcluster.streams.batch import BatchWriter  # noqa: E402
from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits  # noqa: E402
from agents.node.node import Node, profile  # noqa: E402
from agents.tools.context import CallContext  # noqa: E402

ROOM: Final = 5000
SLOWER: Final = float(os.environ.get("BENCH_SLOWER", "1"))
MANIFEST: Final = Manifest(
    name="bench-pause",
    version="1.0.0",
    title={"en": "Pause"},
    description={"en": "Waits `seconds`."},
    capabilities=("bench-pause",),
    intent=IntentSchema(input={}, output={}),
    entry_point="bench.pausing:pause",
    limits=ResourceLimits(concurrency=ROOM),
)


async def pause(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    await asyncio.sleep(input["seconds"] * SLOWER)
    return input


async def main() -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    writer = BatchWriter(settings.REDIS_URL)
    async with await connect(settings.NATS_URL, "bench-pausing") as bus:
        node = Node(bus, writer, profile("bench-pausing"), [MANIFEST], max_concurrency=ROOM, processes=1)
        await node.start()
        await ended.wait()
        await node.stop(finish_s=0.1)
    await writer.close()


if __name__ == "__main__":
    garbage.calm()
    uvloop.run(main())
