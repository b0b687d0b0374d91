"""Content-addressed storage: written once under its SHA-256, never overwritten, readable by whoever has the digest.

Bytes are hashed while they flow into a temporary file, which then takes its place under ``ab/cd/<64 hex>``. Two
writers of the same content meet at the same place with the same bytes, so neither can harm the other.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from agentcluster.artifacts.errors import ArtifactCorruptError, ArtifactMissingError, TooLargeError
from agentcluster.artifacts.noting import note
from agentcluster.artifacts.reference import ArtifactRef, check_digest

ALIAS: Final = "artifacts"
CHUNK: Final = 1024 * 1024


def put_bytes(data: bytes, media_type: str, name: str = "") -> ArtifactRef:
    """Store bytes that are already in memory."""
    return put_stream([data], media_type, name)


def put_stream(
    source: BinaryIO | Iterable[bytes], media_type: str, name: str = "", max_bytes: int | None = None
) -> ArtifactRef:
    """Store a file or an iterable of chunks without holding it in memory; ``TooLargeError`` beyond ``max_bytes``."""
    with _temporary() as temporary:
        digest, size = _copy(_chunks(source), temporary, max_bytes)
        ref = ArtifactRef(digest=f"sha256:{digest}", size=size, media_type=media_type, name=name)
        _keep(temporary, _key(ref.digest), size)
    note(ref.digest)
    return ref


def open(artifact: ArtifactRef | str) -> BinaryIO:
    """Open for reading; ``ArtifactMissingError``, or ``ArtifactCorruptError`` when a reference states another size."""
    digest = _digest(artifact)
    stored = size(digest)
    if isinstance(artifact, ArtifactRef) and artifact.size != stored:
        raise ArtifactCorruptError(digest=digest, stated=artifact.size, stored=stored)
    return cast(BinaryIO, _storage().open(_key(digest), "rb"))


def read_bytes(artifact: ArtifactRef | str) -> bytes:
    """Return the whole content; for small artifacts."""
    with open(artifact) as file:
        return file.read()


def path(artifact: ArtifactRef | str) -> Path | None:
    """Return where the content lies on this machine, or None when the storage is elsewhere (S3)."""
    digest = _digest(artifact)
    local = _local(_key(digest))
    if local is not None and not local.exists():
        raise ArtifactMissingError(digest=digest)
    return local


def exists(artifact: ArtifactRef | str) -> bool:
    """Whether the content is in the store."""
    return _storage().exists(_key(_digest(artifact)))


def remove(digest: str, *, unused_since: datetime) -> bool:
    """Delete content that nobody stored (again) since ``unused_since``; return whether it is gone by this call.

    Where it lies is told by the file system's own times, so on any other storage nothing is ever deleted.
    """
    local = _local(_key(check_digest(digest)))
    if local is None:
        return False
    doomed = local.with_name(f"{local.name}.{os.getpid()}.doomed")
    try:
        if local.stat().st_mtime >= unused_since.timestamp():
            return False
        local.rename(doomed)
    except FileNotFoundError:
        return False
    # Whoever stores it from here on makes it anew; whoever did just before has left a new time.
    wanted = doomed.stat().st_mtime >= unused_since.timestamp()
    if wanted:
        with contextlib.suppress(FileExistsError):
            os.link(doomed, local)
    doomed.unlink()
    return not wanted


def size(artifact: ArtifactRef | str) -> int:
    """Return the stored size in bytes; ``ArtifactMissingError`` when there is none."""
    digest = _digest(artifact)
    try:
        return _storage().size(_key(digest))
    except FileNotFoundError as error:
        raise ArtifactMissingError(digest=digest) from error


def _storage() -> Storage:
    return storages[ALIAS]


def _digest(artifact: ArtifactRef | str) -> str:
    return check_digest(artifact.digest if isinstance(artifact, ArtifactRef) else artifact)


def _key(digest: str) -> str:
    name = check_digest(digest).removeprefix("sha256:")
    return f"{name[:2]}/{name[2:4]}/{name}"


def _local(key: str) -> Path | None:
    storage = _storage()
    return Path(storage.path(key)) if isinstance(storage, FileSystemStorage) else None


def _chunks(source: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    read = getattr(source, "read", None)
    return iter(lambda: read(CHUNK), b"") if read else source


@contextlib.contextmanager
def _temporary() -> Iterator[BinaryIO]:
    root = _local(".incoming")
    if root is not None:
        root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as file:
        try:
            yield cast(BinaryIO, file)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _copy(chunks: Iterable[bytes], target: BinaryIO, max_bytes: int | None) -> tuple[str, int]:
    hasher, total = hashlib.sha256(), 0
    for chunk in chunks:
        total += len(chunk)
        if max_bytes is not None and total > max_bytes:
            raise TooLargeError(f"The file is larger than the {max_bytes:,} bytes allowed.", max_bytes=max_bytes)
        hasher.update(chunk)
        target.write(chunk)
    target.flush()
    return hasher.hexdigest(), total


def _keep(temporary: BinaryIO, key: str, size: int) -> None:
    local = _local(key)
    if local is not None:
        _link(Path(temporary.name), local, size)
    elif not _storage().exists(key):
        temporary.seek(0)
        saved = _storage().save(key, File(temporary))
        if saved != key:
            # Somebody else stored the same content in the same moment.
            _storage().delete(saved)


def _link(temporary: Path, target: Path, size: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.chmod(0o444)
    try:
        os.link(temporary, target)
    except FileExistsError:
        # Tells ``remove`` that somebody wants it again; or replaces what a power cut left of an earlier write.
        with contextlib.suppress(FileNotFoundError):
            os.utime(target)
            if target.stat().st_size == size:
                return
        temporary.replace(target)
    except OSError:
        # A file system without hard links; the content is the same whoever wins.
        temporary.replace(target)
