"""The manifest of an agent in a folder, without running its code in the caller's own process."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster.sdk.errors import DeclarationError

TIME_S: Final = 30.0
_PACKAGES: Final = Path(__file__).resolve().parents[2]
_CODE: Final = (
    "import sys; sys.path[:0] = [sys.argv[1]]; sys.path += sys.argv[3:];"
    "from agentcluster.sdk.run import describe_main; describe_main(sys.argv[2])"
)


def describe(folder: str | Path, entry_point: str) -> dict[str, Any]:
    """Import ``entry_point`` (``module:function``) of the folder in a process of its own and return its manifest.

    The process gets no environment, 30 s and one CPU minute; it is the author's code on the author's machine, so it
    runs without a sandbox. DeclarationError has the last lines of what went wrong.
    """
    here = str(Path(folder).resolve())
    beside = [str(_PACKAGES), str(Path(msgspec.__file__).resolve().parents[1])]
    command = [sys.executable, "-I", "-B", "-c", _CODE, here, entry_point, *beside]
    environment = {"HOME": here, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_S, env=environment, cwd=here, check=False)
    except subprocess.TimeoutExpired as error:
        raise DeclarationError(f"Importing {entry_point} took longer than {TIME_S:.0f} s.") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
        raise DeclarationError(f"{entry_point} cannot be imported as an agent: {' '.join(said)[:1000]}")
    manifest: dict[str, Any] = msgspec.json.decode(done.stdout.rpartition(b"\0")[2])
    return manifest
