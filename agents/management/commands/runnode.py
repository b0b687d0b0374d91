"""``manage.py runnode``: host agents on this machine until told to stop."""

import asyncio
import logging
import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agentcluster import garbage, structs
from agentcluster.errors import AgentClusterError
from agentcluster.health.checks import NotReadyError, check_nats
from agentcluster.health.server import HealthServer, serving
from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agentcluster.tasks import end
from agents.node.beats import NodeProfile
from agents.node.guests import Guests, runtime
from agents.node.memory import parse_mib
from agents.node.node import MAX_CONCURRENCY, Node, profile
from agents.policies import following, live
from agents.tools import builtin, of_toolset

logger = logging.getLogger(__name__)

CONNECT_S = 30.0
STOP_S = 28.0


class Command(BaseCommand):
    """Parses the options, runs the node, ends on SIGTERM or Ctrl-C."""

    help = "Run a node: connect to NATS, host agents, take calls. SIGTERM or Ctrl-C lets calls finish first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--name", default="local", help="what the node is called (default: local)")
        parser.add_argument("--region", default=os.environ.get("NODE_REGION", ""), help="where it is, e.g. eu-west")
        parser.add_argument("--role", default="node", help="what it is for, e.g. orchestrator")
        parser.add_argument(
            "--toolset", default="", help="agents it may host, by name: built-in ones, and bundles that are deployed"
        )
        parser.add_argument(
            "--memory-limit", default="", help="what its instances and worker processes may use, e.g. 4Gi"
        )
        parser.add_argument(
            "--agents", default="all", help="exactly these agents and no deployments; or 'all' (default)"
        )
        parser.add_argument(
            "--max-concurrency", type=int, default=MAX_CONCURRENCY, help="calls at a time, over all agents"
        )
        parser.add_argument("--processes", type=int, default=None, help="worker processes (default: one per core)")

    def handle(self, **options: Any) -> None:
        """Run until stopped; an option that makes no sense ends with a sentence and exit code 2."""
        try:
            toolset = _names(options["toolset"])
            tools = of_toolset(toolset)
            about = profile(options["name"], options["region"], options["role"], toolset)
            exactly = _names(options["agents"]) if options["agents"] != "all" else None
            manifests = tools if toolset and exactly is None else builtin(exactly)
            if options["max_concurrency"] < 1 or (options["processes"] or 1) < 1:
                raise CommandError("--max-concurrency and --processes are at least 1.", returncode=2)
            make = partial(
                Node,
                profile=about,
                manifests=manifests,
                max_concurrency=options["max_concurrency"],
                processes=options["processes"],
                memory_mib=parse_mib(options["memory_limit"]) if options["memory_limit"] else None,
            )
            guests = options["agents"] == "all"
            live.stand_in(about.region)
            structs.prepare_ours()
            garbage.calm()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(about, make, guests=guests))
        except AgentClusterError as error:
            raise CommandError(error.message, returncode=2 if error.status < 500 else 1) from error


async def _serve(about: NodeProfile, make: Callable[..., Node], *, guests: bool) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with serving("node") as health:
        await _host(about, make, ended, health, guests=guests)


async def _host(
    about: NodeProfile, make: Callable[..., Node], ended: asyncio.Event, health: HealthServer, *, guests: bool
) -> None:
    following.start("node", asyncio.get_running_loop(), database=False)
    writer = BatchWriter(settings.REDIS_URL)
    try:
        bus = await _connect(about.node_id, ended)
        if bus is None:
            return
        async with bus:
            folder = Path(settings.HOME) / "nodes" / about.name
            guest = Guests(bus, folder) if guests else None
            makes = {"make": guest, "runtime": await runtime(), "kept": guest.logs} if guest is not None else {}
            node = make(bus, writer, **makes)
            node.control.on_stop = ended.set
            await node.start(CONNECT_S)
            health.checks |= {"nats": partial(check_nats, bus), "node": partial(_takes_work, node)}
            await ended.wait()
            logger.info("stopping: calls at work may finish")
            following_ends = asyncio.ensure_future(asyncio.to_thread(following.stop))
            await _stopped(node)
            await following_ends
    finally:
        await writer.close()
        await asyncio.to_thread(following.stop)


def _takes_work(node: Node) -> str:
    if node.service.stopping or node.condition.draining:
        raise NotReadyError("it is stopping" if node.service.stopping else "it is drained, and takes no new work")
    return f"it hosts {len(node.agents)} instances"


async def _stopped(node: Node) -> None:
    """Stop the node; whatever still keeps it after ``STOP_S`` seconds is left to the end of the process."""
    try:
        async with asyncio.timeout(STOP_S):
            await node.stop()
    except TimeoutError:
        logger.error("the node could not stop in good order within %g s and ends all the same", STOP_S)


async def _connect(name: str, ended: asyncio.Event) -> Bus | None:
    """Return the connection, None when the node was told to stop before it stood."""
    connecting = asyncio.ensure_future(connect(settings.NATS_URL, name, wait_s=CONNECT_S))
    stopping = asyncio.ensure_future(ended.wait())
    await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if connecting.done():
        return connecting.result()
    await end(connecting)
    return None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
