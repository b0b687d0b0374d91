"""``python -m tests.faults.observe <file>``: writes down what one place sees of the nodes, as it changes.

Each line is JSON: ``{"at": seconds of the machine's monotonic clock, "nodes": {name: health}, "blind": bool}``.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

import django
import msgspec
from django.conf import settings

django.setup()

from agentcluster.messaging import connect  # noqa: E402
from agents.cluster.view import ClusterView  # noqa: E402

LOOK_S = 0.1


async def main(file: str) -> None:
    """Look ten times a second until told to stop."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with await connect(settings.NATS_URL, "observer", wait_s=60) as bus:
        view = ClusterView(bus)
        await view.start(wait_s=60)
        last = b""
        with Path(file).open("ab") as output:  # noqa: ASYNC230 - a local file, a line now and then
            while not ended.is_set():
                seen = {node.name: node.status for node in sorted(view.nodes(), key=lambda node: node.started_ms)}
                said = msgspec.json.encode({"nodes": seen, "blind": view.blind}, order="deterministic")
                if said != last:
                    last = said
                    output.write(msgspec.json.encode({"at": time.monotonic(), "nodes": seen, "blind": view.blind}))
                    output.write(b"\n")
                    output.flush()
                await asyncio.sleep(LOOK_S)
        await view.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
