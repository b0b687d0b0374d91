"""``python -m agentcluster.web -b <address> -p <port>``: Daphne's own options, our application."""

import resource
import sys
from typing import Any, Final

import daphne.server
from daphne.cli import CommandLineInterface

APPLICATION: Final = "agentcluster.asgi:application"
OPEN_FILES: Final = 65_536
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

    def run(self) -> None:
        """Serve until told to stop."""
        from agentcluster.web.request import RequestFactory  # needs Django's settings, which the application has set up
        from agents.policies import following

        following.start("web")
        daphne.server.HTTPFactory = RequestFactory
        daphne.server.WebSocketFactory = SocketFactory
        super().run()


class Interface(CommandLineInterface):  # type: ignore[misc]
    """Daphne's command line, with our server."""

    server_class = Server


def serve(arguments: list[str], application: str = APPLICATION) -> None:
    """Serve until told to stop, with more open connections than the 1,024 many systems begin with."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(most, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    Interface().run([*arguments, "-v", "0", application])


if __name__ == "__main__":
    serve(sys.argv[1:])
