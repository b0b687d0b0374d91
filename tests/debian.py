"""Programs that tests need and no wheel has: installed from Debian where that needs no question, as root."""

import os
import shutil
import subprocess
import sys


def program(name: str, package: str = "") -> str | None:
    """Return where a program is, after installing its Debian package if need be; None when it cannot be had."""
    return shutil.which(name) or _install(name, package or name)


def _install(name: str, package: str) -> str | None:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    sys.stderr.write(f"Installing Debian's {package} for the tests (once)\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
    for command in ([apt, "update", "-qq"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
    return shutil.which(name)
