"""Files in an agent's input and output."""

import mimetypes
import tempfile
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

import msgspec

FILE_SCHEMA: Final = {"type": "object", "x-type": "file", "required": ["$artifact"]}

places: ContextVar[dict[str, str]] = ContextVar("places", default={})  # noqa: B039 - never changed, only replaced
"""Where the files of the call at hand lie: digest → path."""


class Stored(msgspec.Struct, frozen=True):
    """What is known of a file: ``digest`` is ``sha256:<64 hex>``, ``size`` counts bytes."""

    digest: str = ""
    size: int = 0
    media_type: str = "application/octet-stream"
    name: str = ""


class File(msgspec.Struct):
    """A file. As an input it can be read; as an output it comes from ``context.file`` or ``File.of``."""

    stored: Stored = msgspec.field(name="$artifact")

    @classmethod
    def of(cls, path: str | Path, media_type: str = "") -> "File":
        """Return a file of this machine: an input in a test, or an output that lies in the scratch folder."""
        found = Path(path).resolve()
        guessed = media_type or mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        return cls(Stored(found.as_uri(), found.stat().st_size, guessed, found.name))

    @property
    def name(self) -> str:
        """The name people gave it."""
        return self.stored.name

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stored.size

    @property
    def media_type(self) -> str:
        """Such as ``text/csv``."""
        return self.stored.media_type

    @property
    def path(self) -> Path:
        """Where it lies, to be read; FileNotFoundError when it is none of this call's files."""
        digest = self.stored.digest
        if digest.startswith("file://"):
            return Path(unquote(digest.removeprefix("file://")))
        place = places.get().get(digest)
        if place is None:
            raise FileNotFoundError(f"The file '{self.name or digest}' is not there.")
        return Path(place)

    def open(self) -> BinaryIO:
        """Open for reading bytes."""
        return self.path.open("rb")

    def read_bytes(self) -> bytes:
        """Return all of it."""
        return self.path.read_bytes()

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return all of it as text."""
        return self.path.read_text(encoding)

    @property
    def is_local(self) -> bool:
        """Whether it is not yet in the artifact store."""
        return self.stored.digest.startswith("file://")


def written(name: str, data: bytes | str, media_type: str) -> File:
    """Write a file into a folder of its own below the scratch folder."""
    safe = Path(name).name or "file"
    target = Path(tempfile.mkdtemp(prefix="out-")) / safe
    target.write_bytes(data.encode() if isinstance(data, str) else data)
    return File.of(target, media_type)


def local_files(value: Any) -> list[File]:
    """Return the files in a result (dataclasses, Structs, dicts, lists) that are still to be stored."""
    found: list[File] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[File]) -> None:
    if isinstance(value, File):
        if value.is_local and all(value is not each for each in found):
            found.append(value)
    elif isinstance(value, dict):
        for each in value.values():
            _gather(each, found)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            _gather(each, found)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _gather(getattr(value, name), found)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            _gather(getattr(value, name, None), found)
