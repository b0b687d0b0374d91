"""``manage.py rungateway``: let agents in any language join over gRPC and WebSockets until told to stop."""

import asyncio
import os
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agentcluster import garbage, structs
from agentcluster.errors import AgentClusterError
from agents.gateway.process import Listening, serve
from agents.node.node import profile
from agents.policies import live

PORTS = (0, 65_535)


class Command(BaseCommand):
    """Parses the options, runs the gateway, ends on SIGTERM or Ctrl-C."""

    help = "Run a gateway: agents join over gRPC and WebSockets. SIGTERM or Ctrl-C lets calls finish first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--name", default="gateway", help="what its node is called (default: gateway)")
        parser.add_argument("--region", default=os.environ.get("NODE_REGION", ""), help="where it is, e.g. eu-west")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
        parser.add_argument("--grpc-port", type=int, default=settings.GATEWAY_GRPC_PORT, help="0: any free one")
        parser.add_argument("--ws-port", type=int, default=settings.GATEWAY_WS_PORT, help="0: any free one")

    def handle(self, **options: Any) -> None:
        """Run until stopped; an option that makes no sense ends with a sentence and exit code 2."""
        listening = Listening(options["host"], options["grpc_port"], options["ws_port"], _tls())
        for option, port in (("--grpc-port", listening.grpc_port), ("--ws-port", listening.ws_port)):
            if not PORTS[0] <= port <= PORTS[1]:
                raise CommandError(f"{option} is a port from 0 to 65535; {port} is none.", returncode=2)
        try:
            about = profile(options["name"], options["region"], "gateway")
            live.stand_in(about.region)
            structs.prepare_ours()
            garbage.calm()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_until_stopped(about, listening))
        except AgentClusterError as error:
            raise CommandError(error.message, returncode=2 if error.status < 500 else 1) from error


async def _until_stopped(about: Any, listening: Listening) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await serve(about, listening, ended)


def _tls() -> tuple[Path, Path] | None:
    """Return the files of certificate and key; both or neither are given."""
    given = settings.GATEWAY_TLS_CERT, settings.GATEWAY_TLS_KEY
    if not any(given):
        return None
    if not all(given):
        raise CommandError("GATEWAY_TLS_CERT and GATEWAY_TLS_KEY are given together.", returncode=2)
    for name, path in zip(("GATEWAY_TLS_CERT", "GATEWAY_TLS_KEY"), given, strict=True):
        if not Path(path).is_file():
            raise CommandError(f"{name} is no file: {path}", returncode=2)
    return Path(given[0]), Path(given[1])
