"""``python -m tests.faults.run_node <name> [--hungry]``: a real node that hosts the agents of the fault lab."""

import asyncio
import signal
import sys

import django
from django.conf import settings

django.setup()

from agentcluster.messaging import connect  # noqa: E402
from agentcluster.streams.batch import BatchWriter  # noqa: E402
from agents.node.node import Node, profile  # noqa: E402
from tests.faults.agents import EAT, LIGHT  # noqa: E402


async def main(name: str, *options: str) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    writer = BatchWriter(settings.REDIS_URL)
    hosted = [*LIGHT, EAT] if "--hungry" in options else [*LIGHT]
    async with await connect(settings.NATS_URL, name) as bus:
        node = Node(bus, writer, profile(name), hosted, processes=1)
        await node.start(30)
        await ended.wait()
        await node.stop(finish_s=1)
    await writer.close()


asyncio.run(main(*sys.argv[1:]))
