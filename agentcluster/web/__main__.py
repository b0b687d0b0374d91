"""``python -m agentcluster.web -b <address> -p <port>``: Daphne's own options, our application."""

import resource
import sys
from typing import Final

import daphne.server
from daphne.cli import CommandLineInterface

APPLICATION: Final = "agentcluster.asgi:application"
OPEN_FILES: Final = 65_536


class Server(daphne.server.Server):  # type: ignore[misc]  # Daphne has no types
    """Daphne's server, taking requests as ``agentcluster.web.request`` has them."""

    def run(self) -> None:
        """Serve until told to stop."""
        from agentcluster.web.request import RequestFactory  # needs Django's settings, which the application has set up

        daphne.server.HTTPFactory = RequestFactory
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
