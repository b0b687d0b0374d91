"""A Chromium from the npm package @sparticuz/chromium, locked in deploy/chromium, unpacked once into .toolchain."""

import hashlib
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from agentcluster.up.config import PROJECT
from deploy.frontend import find_npm

RECIPE = PROJECT / "deploy" / "chromium"
FOLDER = PROJECT / ".toolchain" / "chromium"
UNPACK = """
const { createReadStream, createWriteStream } = require("fs");
const unpack = require("zlib").createBrotliDecompress();
require("stream").pipeline(createReadStream(process.argv[1]), unpack, createWriteStream(process.argv[2]), (error) => {
  if (error) throw error;
});
"""


def packaged_chromium() -> str | None:
    """Return a script that starts the browser with the libraries it brings; None where the package has none."""
    if sys.platform != "linux":
        return None
    start, stamp = FOLDER / "start", FOLDER / ".made-from"
    wanted = hashlib.sha256((RECIPE / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        sys.stderr.write("Unpacking a Chromium for the browser tests (once)\n")
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(RECIPE, FOLDER)
        try:
            _unpack(start)
        except (OSError, subprocess.CalledProcessError, SystemExit) as error:
            sys.stderr.write(f"That did not work: {error}\n")
            return None
        stamp.write_text(wanted)
    return str(start)


def _unpack(start: Path) -> None:
    npm = find_npm()
    install = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, *install], cwd=FOLDER, check=True, stdout=sys.stderr)
    packed = FOLDER / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("chromium", "al2023.tar", "fonts.tar"):
        subprocess.run(["node", "-e", UNPACK, str(packed / f"{name}.br"), str(FOLDER / name)], check=True)
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(FOLDER / name) as archive:
            archive.extractall(FOLDER, filter="data")
    (FOLDER / "chromium").chmod(0o755)
    libraries, program = shlex.quote(str(FOLDER / "lib")), shlex.quote(str(FOLDER / "chromium"))
    # The machine's own libraries come first: what it has is newer than what the package brings.
    start.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="/usr/lib/$(uname -m)-linux-gnu":{libraries} exec {program} "$@"\n')
    start.chmod(0o755)
    shutil.rmtree(FOLDER / "node_modules")
