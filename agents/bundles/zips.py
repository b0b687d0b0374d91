"""The zips on the server's own storage: once by the SHA-256 of their bytes, apart from the files of runs."""

import hashlib
from typing import BinaryIO, Final, cast

from django.core.files import File
from django.core.files.storage import Storage, storages

from agents.bundles.errors import ZipMissingError

ALIAS: Final = "default"
CHUNK: Final = 1024 * 1024


def keep(file: BinaryIO) -> str:
    """Store the zip and return its digest (64 hex); nothing is written when it is there already."""
    digest = _digest(file)
    name = _name(digest)
    if _intact(name, digest):
        return digest
    if _storage().exists(name):
        _storage().delete(name)
    file.seek(0)
    saved = _storage().save(name, File(file))
    if saved != name:
        # Somebody else stored the same bytes in the same moment.
        _storage().delete(saved)
    return digest


def read(digest: str) -> bytes:
    """Return the zip's bytes; raises ``ZipMissingError`` when it is gone, or not what it was."""
    try:
        with open_zip(digest) as file:
            data = file.read()
    except OSError as error:
        raise ZipMissingError from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise ZipMissingError
    return data


def open_zip(digest: str) -> BinaryIO:
    """Open the zip for reading; raises ``ZipMissingError``."""
    try:
        return cast(BinaryIO, _storage().open(_name(digest), "rb"))
    except FileNotFoundError as error:
        raise ZipMissingError from error


def remove(digest: str) -> None:
    """Delete the zip, if it is there."""
    _storage().delete(_name(digest))


def _intact(name: str, digest: str) -> bool:
    try:
        with _storage().open(name, "rb") as file:
            return _digest(cast(BinaryIO, file)) == digest
    except OSError:
        return False


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    hasher = hashlib.sha256()
    while piece := file.read(CHUNK):
        hasher.update(piece)
    return hasher.hexdigest()


def _name(digest: str) -> str:
    return f"bundles/{digest[:2]}/{digest}.zip"


def _storage() -> Storage:
    return storages[ALIAS]
