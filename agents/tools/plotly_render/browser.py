"""Which browser draws the images? Nothing is ever downloaded."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VARIABLE: Final = "BROWSER_PATH"
_NAMES: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell"),
    *("microsoft-edge", "brave-browser"),
)
_APPLICATIONS: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_PLAYWRIGHT: Final = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome*/*headless*shell")


def find_browser() -> str | None:
    """Return a Chrome or Chromium: from ``BROWSER_PATH``, PATH, its usual places or Playwright's folder."""
    stated = os.environ.get(VARIABLE)
    candidates = [stated] if stated else _candidates()
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, _NAMES))
    yield from _APPLICATIONS
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in _PLAYWRIGHT:
        yield from sorted(map(str, folder.glob(pattern)), reverse=True)
