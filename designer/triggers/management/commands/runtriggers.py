"""``manage.py runtriggers``: listen on NATS subjects and Redis streams for triggers until told to stop."""

import asyncio
import logging
import signal
from typing import Any, Final

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agentcluster import structs
from agentcluster.health.checks import check_nats
from agentcluster.health.server import HealthPortError, HealthServer, serving
from agentcluster.messaging import BusUnavailableError, connect
from agentcluster.tasks import end
from agents.policies import following
from designer.triggers.inbound.listener import Listener

logger = logging.getLogger(__name__)

CONNECT_S: Final = 10.0


class Command(BaseCommand):
    """Runs the listener, ends on SIGTERM or Ctrl-C."""

    help = "Listen on NATS subjects and Redis streams for triggers, and start what schedules ask for."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        """Listen until stopped; while NATS is away, to everything else."""
        structs.prepare_ours()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve())
        except HealthPortError as error:
            raise CommandError(error.message, returncode=2) from error


async def _serve() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with serving("triggers") as health:
        await _listen(ended, health)


async def _listen(ended: asyncio.Event, health: HealthServer) -> None:
    following.start("triggers", asyncio.get_running_loop())
    listener = Listener(settings.REDIS_URL)
    health.checks |= {"nats": lambda: check_nats(listener.bus), "triggers": listener.check}
    connecting = asyncio.create_task(_connect(listener))
    serving = asyncio.create_task(listener.serve())
    stopping = asyncio.create_task(ended.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    listener.stop()
    await serving
    await end(stopping, connecting)
    if listener.bus is not None:
        await listener.bus.close()
    await asyncio.to_thread(following.stop)


async def _connect(listener: Listener) -> None:
    """Give the listener its connection to NATS as soon as there is one."""
    while listener.bus is None:
        try:
            listener.bus = await connect(settings.NATS_URL, "triggers", wait_s=CONNECT_S)
        except BusUnavailableError as error:
            logger.warning("waiting for NATS: %s", error.message)
            await asyncio.sleep(1)
