"""Finds a Chrome or Chromium for the browser tests, or says what to install. Nothing is skipped in silence.

``python -m tests.e2e.browser`` finds (and where it may, installs) one and prints its path.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.e2e.packaged import packaged_chromium

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CACHED = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*/headless_shell")
ADVICE = (
    "The browser tests need Chrome or Chromium and found none. Install it (on Debian: apt-get install chromium), "
    "or say where it is: CHROMIUM=/path/to/chromium make test"
)


class NoBrowserError(RuntimeError):
    """No browser was found and none could be installed."""


def find_chromium() -> str:
    """Return the path of a browser that starts; raises ``NoBrowserError`` with what to install."""
    given = os.environ.get("CHROMIUM")
    if given:
        if starts(given):
            return given
        raise NoBrowserError(f"CHROMIUM={given} does not start. Correct it, or unset it to look elsewhere.")
    for found in (on_path, in_playwright_cache, packaged_chromium, from_debian):
        path = found()
        if path and starts(path):
            return path
    raise NoBrowserError(ADVICE)


def on_path() -> str | None:
    return next((path for name in ON_PATH if (path := shutil.which(name))), None)


def in_playwright_cache() -> str | None:
    """Return the newest browser that `playwright install` left behind."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = [path for pattern in CACHED for path in folder.glob(pattern)]
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else None


def from_debian() -> str | None:
    """Install Debian's package where that needs no question: as root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    sys.stderr.write("Installing Debian's chromium for the browser tests (once)\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    for command in ([apt, "update", "-qq"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
    return shutil.which("chromium")


def starts(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(find_chromium())
    except NoBrowserError as error:
        sys.exit(str(error))
