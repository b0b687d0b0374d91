"""``python -m agentcluster.up``: start AgentCluster on this machine. The environment says how (docs/configuration.md)."""

import argparse
import asyncio
import os
import signal
import sys

from agentcluster.database import database_setting
from agentcluster.errors import AgentClusterError, BadInputError
from agentcluster.up.config import UpConfig, from_environment
from agentcluster.up.console import Console
from agentcluster.up.good_settings import require_readable
from agentcluster.up.home import lock_home, prepare_home
from agentcluster.up.ports import require_free
from agentcluster.up.supervisor import Supervisor


def main() -> int:
    """Run until Ctrl-C; return 0 after a clean stop, 2 for a bad setting, 1 when it cannot start or go on."""
    # It takes no options: the environment says how. --help, and words nobody knows, must not start anything.
    argparse.ArgumentParser(prog="python -m agentcluster.up", description=__doc__).parse_args()
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    least = "debug" if os.environ.get("LOG_LEVEL", "").lower() == "debug" else "info"
    console = Console(colour=colour, as_json=os.environ.get("LOG_FORMAT") == "json", least=least)
    try:
        config = from_environment()
        database_setting(os.environ.get("DATABASE_URL", ""), config.home)
        prepare_home(config.home)
        with lock_home(config.home):
            require_readable()
            require_free(config.host, config.port)
            require_free(config.host, config.grpc_port, "GATEWAY_GRPC_PORT")
            require_free(config.host, config.ws_port, "GATEWAY_WS_PORT")
            asyncio.run(run(config, console))
    except AgentClusterError as error:
        console.say(error.message, level="error")
        return 2 if isinstance(error, BadInputError) else 1
    return 0


async def run(config: UpConfig, console: Console) -> None:
    """Run the supervisor; the first Ctrl-C or SIGTERM stops it, the second kills what is left."""
    supervisor = Supervisor(config, console)
    asked = False

    def on_signal() -> None:
        nonlocal asked
        if asked:
            console.say("Killing what is left", level="warning")
            supervisor.kill()
            return
        asked = True
        console.say("Stopping everything (Ctrl-C again to kill)")
        supervisor.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)
    console.say("Starting AgentCluster", home=str(config.home))
    await supervisor.run()
    console.say("Everything has stopped")


if __name__ == "__main__":
    sys.exit(main())
