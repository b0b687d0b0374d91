"""The zips on the server's own storage: once by the SHA-256 of their bytes, apart from the files of runs."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Final, cast

from django.core.files import File
from django.core.files.storage import Storage, storages

from agents.bundles.errors import ZipMissingError

ALIAS: Final = "default"
CHUNK: Final = 1024 * 1024
_FOLDER: Final = "bundles"
_SUFFIX: Final = ".zip"


def keep(file: BinaryIO) -> str:
    """Store the zip and return its digest (64 hex); nothing is written when it is there already."""
    digest = digest_of(file)
    name = _name(digest)
    if intact(digest):
        return digest
    if _storage().exists(name):
        _storage().delete(name)
    file.seek(0)
    saved = _storage().save(name, File(file))
    if saved != name:
        # Somebody else stored the same bytes in the same moment.
        _storage().delete(saved)
    return digest


def digest_of(file: BinaryIO) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    file.seek(0)
    hasher = hashlib.sha256()
    while piece := file.read(CHUNK):
        hasher.update(piece)
    return hasher.hexdigest()


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


def intact(digest: str) -> bool:
    """Return whether the zip is there, and is what it was."""
    try:
        with open_zip(digest) as file:
            return digest_of(file) == digest
    except (OSError, ZipMissingError):
        return False


def stored_at(digest: str) -> datetime | None:
    """Return when the zip was written; None when it is not there."""
    try:
        return _storage().get_modified_time(_name(digest))
    except FileNotFoundError:
        return None


def stored() -> Iterator[str]:
    """Yield the digest of every zip there is."""
    try:
        folders = _storage().listdir(_FOLDER)[0]
    except FileNotFoundError:
        return
    for folder in folders:
        for name in _storage().listdir(f"{_FOLDER}/{folder}")[1]:
            if name.endswith(_SUFFIX):
                yield name.removesuffix(_SUFFIX)


def remove(digest: str) -> None:
    """Delete the zip, if it is there."""
    _storage().delete(_name(digest))


def _name(digest: str) -> str:
    return f"{_FOLDER}/{digest[:2]}/{digest}{_SUFFIX}"


def _storage() -> Storage:
    return storages[ALIAS]
