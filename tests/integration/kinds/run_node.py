"""``python -m tests.integration.kinds.run_node``: a second node, which hosts the agent ``act``."""

import asyncio
import signal

import django
from django.conf import settings

django.setup()

from agentcluster.messaging import connect  # noqa: E402
from agentcluster.streams.batch import BatchWriter  # noqa: E402
from agents.node.node import Node, profile  # noqa: E402
from tests.integration.kinds.agents import ACT  # noqa: E402


async def main() -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    writer = BatchWriter(settings.REDIS_URL)
    async with await connect(settings.NATS_URL, "kinds") as bus:
        node = Node(bus, writer, profile("kinds"), [ACT])
        await node.start()
        await ended.wait()
        await node.stop(finish_s=1)
    await writer.close()


asyncio.run(main())
