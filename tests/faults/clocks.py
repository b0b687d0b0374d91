"""Wrong clocks: processes that are started under libfaketime, which reads from a file how far theirs is off."""

import os
import shutil
import subprocess
from pathlib import Path

ADVICE = (
    "The tests with wrong clocks need libfaketime and found none. Install it (on Debian: apt-get install faketime), "
    "or say where it is: FAKETIME=/path/to/libfaketimeMT.so.1 make test"
)
PLACES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/*MT.so.1",
)


class NoFaketimeError(RuntimeError):
    """libfaketime was not found and could not be installed."""


def find_faketime() -> str:
    """Return the library's path; installs Debian's package where that needs no question, as root."""
    for look in (_given, _in_place, _from_debian):
        if path := look():
            return path
    raise NoFaketimeError(ADVICE)


class Clock:
    """The clock of one process or several; right until it is set."""

    def __init__(self, file: Path) -> None:
        """``file`` says how far it is off."""
        self._file = file
        self.set(0)
        self.environment = {
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "LD_PRELOAD": find_faketime(),
        }

    @property
    def command(self) -> list[str]:
        """What stands before the command of a process under this clock."""
        return ["env", *(f"{name}={value}" for name, value in self.environment.items())]

    def set(self, seconds: int) -> None:
        """Let it be so many seconds ahead; looked at once a second."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._file)


def _given() -> str | None:
    return os.environ.get("FAKETIME") or None


def _in_place() -> str | None:
    root = Path("/")
    return next((str(path) for place in PLACES for path in root.glob(place.removeprefix("/"))), None)


def _from_debian() -> str | None:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "faketime"]):
        done = subprocess.run([apt, *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stderr)
    return _in_place()
