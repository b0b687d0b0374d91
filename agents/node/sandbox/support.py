"""Can this machine put an agent into a sandbox? Tried once, really."""

import os
import re
import shutil
import subprocess
from functools import lru_cache
from typing import Final

VERSION: Final = (0, 8, 0)
"""The first bubblewrap with everything the sandbox asks for."""
TRY_S: Final = 10.0


@lru_cache(maxsize=1)
def check() -> tuple[bool, str]:
    """Return whether bundles can be sandboxed here, and if not why, in a sentence for the operator (blocking, < 10 s)."""
    program = shutil.which("bwrap")
    if program is None:
        return False, "bubblewrap is not installed (on Debian: apt-get install bubblewrap)."
    said = _said([program, "--version"])
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None or tuple(map(int, found.groups())) < VERSION:
        return False, f"bubblewrap {'.'.join(map(str, VERSION))} or newer is needed, this one is: {said or 'none'}."
    return _tried(program)


def has_real_root() -> bool:
    """Whether the node runs as root, so that the sandbox needs no user namespace and takes another user's id."""
    return os.geteuid() == 0


def _tried(program: str) -> tuple[bool, str]:
    """Make a sandbox as instances get it, around a command that does nothing."""
    from agents.node.sandbox.command import isolation

    command = [
        program,
        *isolation(has_real_root(), network=False),
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--",
        "/bin/true",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TRY_S, check=False, env={})
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, f"bubblewrap does not work here: {error}."
    if done.returncode == 0:
        return True, ""
    why = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    return False, f"bubblewrap does not work here ({why[0][:200]}); are user namespaces allowed?"


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=TRY_S, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
