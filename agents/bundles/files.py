"""Reading single files of a stored bundle, for people who decide on it."""

from typing import Final

from agentcluster.errors import BadInputError, NotFoundError
from agents.bundles.errors import ZipMissingError
from agents.bundles.models import Bundle
from agents.bundles.zips import open_zip
from agents.domain.bundle.archive import BadEntryError, chunks, read_directory
from agents.domain.bundle.report import Report

TEXT_MAX_BYTES: Final = 256 * 1024


class UnknownFileError(NotFoundError):
    """There is no such file in the bundle."""

    code = "unknown_file"


class FileTooLargeError(BadInputError):
    """The file is too large to be shown; download the bundle instead."""

    code = "too_large"
    status = 413


class NotTextError(BadInputError):
    """The file is no text (UTF-8); download the bundle instead."""

    code = "not_text"
    status = 415


def read_text(bundle: Bundle, path: str) -> str:
    """Return a file of the bundle as text.

    Raises ``UnknownFileError``, ``FileTooLargeError`` (over 256 KB), ``NotTextError``, ``ZipMissingError``.
    """
    with open_zip(bundle.zip_digest) as file:
        entry = next((each for each in read_directory(file, Report()) if each.path == path), None)
        if entry is None:
            raise UnknownFileError(f"There is no file {path[:200]} in {bundle}.")
        if entry.size > TEXT_MAX_BYTES:
            raise FileTooLargeError(size=entry.size, limit=TEXT_MAX_BYTES)
        try:
            text = b"".join(chunks(file, entry)).decode()
        except UnicodeDecodeError as error:
            raise NotTextError from error
        except BadEntryError as error:
            raise ZipMissingError from error
    if "\0" in text:
        raise NotTextError
    return text
