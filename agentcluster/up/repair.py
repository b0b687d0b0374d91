"""``make repair``: make a damaged run log readable again, up to the damage; a copy of the folder is kept."""

import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from agentcluster.errors import AgentClusterError
from agentcluster.up.config import from_environment
from agentcluster.up.console import Console
from agentcluster.up.embedded import valkey_binary
from agentcluster.up.errors import StartError
from agentcluster.up.home import lock_home, prepare_home

CHECKER = "valkey-check-aof"


def main() -> int:
    """Repair the data folder named by ``AGENTCLUSTER_HOME``; return 0 when the log is whole afterwards."""
    console = Console(colour=False, as_json=False)
    try:
        config = from_environment()
        prepare_home(config.home)
        with lock_home(config.home):
            console.print(repair(config.home))
    except AgentClusterError as error:
        console.say(error.message, level="error")
        return 1
    return 0


def repair(home: Path) -> str:
    """Cut the log off at the damage; return what was done. Raises ``StartError`` when it cannot be repaired."""
    folder = home / "valkey"
    logs = sorted((folder / "appendonlydir").glob("*.incr.aof"), key=_sequence)
    if not logs:
        raise StartError(f"There is no run log in {folder}: nothing to repair.")
    if all(check(log, fix=False) for log in logs):
        return f"The run log in {folder} is whole: nothing to repair."
    copy = home / f"valkey-damaged-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    shutil.copytree(folder, copy)
    if not all(check(log, fix=log is logs[-1]) for log in logs):
        raise StartError(f"The run log in {folder} cannot be repaired. Restore it from a backup (a copy is in {copy}).")
    return f"The run log is repaired: what came after the damage is gone. A copy of how it was is in {copy}."


def check(log: Path, *, fix: bool) -> bool:
    """Say whether one file of the log is whole, after cutting it at the damage when ``fix``.

    The files are checked one by one: Valkey's checker does not know the format of its own base file when it is given
    the manifest.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / CHECKER
        program.symlink_to(valkey_binary())  # the server is the checker when it is called so
        command = [str(program), *(["--fix"] if fix else []), str(log)]
        done = subprocess.run(command, input="y\n", capture_output=True, text=True, check=False)
    return done.returncode == 0


def _sequence(log: Path) -> int:
    return int(log.name.split(".")[2])


if __name__ == "__main__":
    sys.exit(main())
