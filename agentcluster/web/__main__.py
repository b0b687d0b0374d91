"""``python -m agentcluster.web -b <address> -p <port>``: Daphne's own options, our application."""

import resource
import sys
from typing import Any, Final

import uvloop
from twisted.internet import asyncioreactor

from agentcluster import garbage

# Daphne takes the reactor that is there when it is imported.
asyncioreactor.install(uvloop.new_event_loop())  # type: ignore[no-untyped-call]

import daphne.server  # noqa: E402
from daphne.cli import CommandLineInterface  # noqa: E402

APPLICATION: Final = "agentcluster.asgi:application"
OPEN_FILES: Final = 65_536
SWITCH_S: Final = 0.001
"""How long a thread may keep the interpreter while another wants it. The loop gives it up with each read and each write:
with Python's own 5 ms, a busy thread would let it answer two hundred requests a second."""
BACKLOG: Final = 4096
"""Connections the kernel completes before we accept them. Beyond Twisted's own 50 it drops them, and a client tries again
only after one second, then three, then seven."""
CLOSE_HANDSHAKE_S: Final = 10
"""How long a browser may take to answer the close of its WebSocket before the connection is cut, with all still on its way."""


class SocketFactory(daphne.server.WebSocketFactory):  # type: ignore[misc]
    """Makes WebSockets that are closed with patience."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what Daphne gives."""
        super().__init__(*args, **kwargs)
        self.setProtocolOptions(closeHandshakeTimeout=CLOSE_HANDSHAKE_S)


class Server(daphne.server.Server):  # type: ignore[misc]  # Daphne has no types
    """Daphne's server, taking requests as ``agentcluster.web.request`` has them."""

    endpoints: list[str]

    def run(self) -> None:
        """Serve until told to stop."""
        from agentcluster.web.request import RequestFactory  # needs Django's settings, which the application has set up
        from agents.policies import following

        following.start("web")
        daphne.server.HTTPFactory = RequestFactory
        daphne.server.WebSocketFactory = SocketFactory
        self.endpoints = [with_backlog(endpoint) for endpoint in self.endpoints]
        garbage.calm()
        super().run()


def with_backlog(endpoint: str) -> str:
    """Return Twisted's description of an endpoint with our backlog, unless it has one or is no TCP endpoint."""
    tcp = endpoint.startswith(("tcp:", "ssl:"))
    return f"{endpoint}:backlog={BACKLOG}" if tcp and "backlog=" not in endpoint else endpoint


class Interface(CommandLineInterface):  # type: ignore[misc]
    """Daphne's command line, with our server."""

    server_class = Server


def serve(arguments: list[str], application: str = APPLICATION) -> None:
    """Serve until told to stop, with more open connections than the 1,024 many systems begin with."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(most, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    sys.setswitchinterval(SWITCH_S)
    Interface().run([*arguments, "-v", "0", application])


if __name__ == "__main__":
    serve(sys.argv[1:])
