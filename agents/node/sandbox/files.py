"""Files that go into the sandbox with a call's input, and come out with its output."""

import shutil
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import AgentClusterError
from agentcluster.sdk.process.wire import FileEnd, Part, Stored
from agents.domain.calls import CallError
from agents.node.sandbox.command import FILES
from agents.node.sandbox.errors import FileGoneError

_MIB: Final = 1024 * 1024
FILES_MAX: Final = 100
"""Files of one call's input, and of its output."""
TOO_MUCH: Final = CallError(
    "disk_limit",
    f"The files of the agent's output are more than {FILES_MAX}, or larger than its limit disk_mib allows.",
)


class InputFiles:
    """Copies of artifacts below the folder that the sandbox sees, read-only, as ``/files``."""

    def __init__(self, folder: Path, max_mib: int, seen_as: str = FILES) -> None:
        """The files of one call have at most ``max_mib`` MiB together."""
        self._folder, self._max_bytes, self._seen_as = folder, max_mib * _MIB, seen_as

    def place(self, number: int, given: Any) -> dict[str, str]:
        """Put the files that the input names there (blocking); return where the agent finds them, by digest."""
        refs = {ref.digest: ref for ref in _references(given)}
        if not refs:
            return {}
        if len(refs) > FILES_MAX or sum(ref.size for ref in refs.values()) > self._max_bytes:
            most = f"{FILES_MAX} files and {self._max_bytes // _MIB} MiB"
            raise FileGoneError(f"The input names more than the {most} that this agent takes (its limit disk_mib).")
        target = self._folder / str(number)
        target.mkdir(mode=0o755, parents=True)
        return {digest: self._copy(ref, target, index) for index, (digest, ref) in enumerate(refs.items())}

    def remove(self, number: int) -> None:
        """Take the files of a call away again (blocking)."""
        shutil.rmtree(self._folder / str(number), ignore_errors=True)

    def _copy(self, ref: artifacts.ArtifactRef, target: Path, index: int) -> str:
        name = f"{index}{Path(ref.name).suffix[:20] if ref.name.isprintable() else ''}"
        try:
            with artifacts.open(ref) as source, (target / name).open("xb") as copy:
                shutil.copyfileobj(source, copy)
        except AgentClusterError as error:
            raise FileGoneError(f"The file '{ref.name or ref.digest}' cannot be read: {error.message}") from error
        (target / name).chmod(0o444)
        return f"{self._seen_as}/{target.name}/{name}"


class OutputFiles:
    """The files of one call's output while they arrive."""

    def __init__(self, folder: Path, max_mib: int) -> None:
        """Keep them in ``folder`` until they are in the artifact store; at most ``max_mib`` MiB together.

        ``stored`` are the digests of those that are there.
        """
        self._folder, self._left = folder, max_mib * _MIB
        self._known: set[int] = set()
        self._ended = 0
        self.stored: set[str] = set()

    def take(self, part: Part) -> CallError | None:
        """Add some bytes; return the error when that is too much."""
        self._left -= len(part.data)
        self._known.add(part.file)
        if self._left < 0 or len(self._known) > FILES_MAX:
            return TOO_MUCH
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._path(part.file).open("ab") as file:
            file.write(part.data)
        return None

    def finish(self) -> CallError | None:
        """Count a file that is whole; return the error when these are too many, so that none is stored any more."""
        self._ended += 1
        return TOO_MUCH if self._ended > FILES_MAX else None

    def store(self, end: FileEnd) -> Stored:
        """Move a whole file into the artifact store (blocking)."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path(end.file).touch()
            with self._path(end.file).open("rb") as file:
                ref = artifacts.put_stream(file, _media_type(end.media_type), end.name[:200])
        except (OSError, AgentClusterError) as error:
            return Stored(end.number, end.file, error=f"The file could not be stored: {error}")
        self._path(end.file).unlink(missing_ok=True)
        self.stored.add(ref.digest)
        return Stored(end.number, end.file, ref.to_value())

    def remove(self) -> None:
        """Forget what was not stored (blocking)."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, file: int) -> Path:
        return self._folder / str(int(file))


def _references(value: Any) -> list[artifacts.ArtifactRef]:
    if isinstance(value, list):
        return [ref for each in value for ref in _references(each)]
    if not isinstance(value, dict):
        return []
    if KEY not in value:
        return [ref for each in value.values() for ref in _references(each)]
    try:
        return [artifacts.ArtifactRef.from_value(value)]
    except (AgentClusterError, msgspec.MsgspecError):
        return []


def _media_type(text: str) -> str:
    return (
        text
        if len(text) <= 100 and text.isascii() and text.isprintable() and "/" in text
        else "application/octet-stream"
    )
