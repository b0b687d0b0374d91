"""``python -m agentcluster.sdk.run module:function < input.json``: one call, as the platform makes it.

Prints the output as JSON (exit code 0), or the error as JSON on standard error (exit code 1). Heartbeats go to
standard error, too. ``--describe`` prints the manifest.
"""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from agentcluster.sdk.context import Context
from agentcluster.sdk.declare import declaration_of
from agentcluster.sdk.errors import DeclarationError
from agentcluster.sdk.invoke import failure_of, invoke
from agentcluster.sdk.manifest import manifest_of


def load(entry_point: str) -> Callable[..., Any]:
    """Return the agent's function; DeclarationError when the entry point leads to none, whatever its import raises."""
    module, _, attribute = entry_point.partition(":")
    if not module or not attribute:
        raise DeclarationError(f"“{entry_point}” is no entry point: write module:function.")
    function = getattr(importlib.import_module(module), attribute, None)
    if function is None:
        raise DeclarationError(f"The module {module} has no “{attribute}”.")
    declaration_of(function)
    return function  # type: ignore[no-any-return]


def describe_main(entry_point: str) -> None:
    """Print the manifest behind a zero byte, whatever the module prints before."""
    manifest = manifest_of(load(entry_point), entry_point)
    sys.stdout.flush()
    sys.stdout.buffer.write(b"\0" + msgspec.json.encode(manifest))
    sys.stdout.flush()


def _tell(progress: Any) -> None:
    sys.stderr.write(f"heartbeat: {progress!r}\n")


def main(arguments: list[str]) -> int:
    """Run one call; return the exit code."""
    names = [each for each in arguments if not each.startswith("-")]
    if len(names) != 1:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    sys.path.insert(0, "")
    try:
        function = load(names[0])
        if "--describe" in arguments:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(manifest_of(function, names[0])).decode()) + "\n")
            return 0
    except (DeclarationError, ImportError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    context = Context(report=_tell)
    try:
        output = asyncio.run(invoke(function, sys.stdin.buffer.read() or b"{}", context))
    except Exception as error:
        sys.stderr.write(msgspec.json.encode(failure_of(error)).decode() + "\n")
        return 1
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(output).decode()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
