"""``manage.py runtriggers``: listen on NATS subjects and Redis streams for triggers until told to stop."""

import asyncio
import signal
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand

from agentcluster.messaging import connect
from agentcluster.tasks import end
from designer.triggers.inbound.listener import Listener


class Command(BaseCommand):
    """Runs the listener, ends on SIGTERM or Ctrl-C."""

    help = "Listen on NATS subjects and Redis streams for triggers, and start what schedules ask for."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        """Listen until stopped; waits for NATS as long as it takes."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve())


async def _serve() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    connecting = asyncio.ensure_future(connect(settings.NATS_URL, "triggers", wait_s=None))
    stopping = asyncio.ensure_future(ended.wait())
    await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not connecting.done():
        return await end(connecting)
    async with connecting.result() as bus:
        listener = Listener(bus, settings.REDIS_URL)
        serving = asyncio.create_task(listener.serve())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        listener.stop()
        await serving
    stopping.cancel()
