"""Finds bubblewrap for the tests of the sandbox, or says what to install. Nothing is skipped in silence.

``python -m tests.sandbox.bubblewrap`` finds (and where it may, installs) it and prints its path.
"""

import os
import shutil
import subprocess
import sys

ADVICE = "The tests of the sandbox need bubblewrap and found none. Install it (on Debian: apt-get install bubblewrap)."


class NoBubblewrapError(RuntimeError):
    """bubblewrap was not found and could not be installed."""


def find_bubblewrap() -> str:
    """Return its path; raises ``NoBubblewrapError`` with what to install."""
    path = shutil.which("bwrap") or from_debian()
    if path is None:
        raise NoBubblewrapError(ADVICE)
    return path


def from_debian() -> str | None:
    """Install Debian's package where that needs no question: as root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    sys.stderr.write("Installing Debian's bubblewrap for the tests of the sandbox (once)\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", "bubblewrap"]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
    return shutil.which("bwrap")


if __name__ == "__main__":
    try:
        print(find_bubblewrap())
    except NoBubblewrapError as error:
        sys.exit(str(error))
