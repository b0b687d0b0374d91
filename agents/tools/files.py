"""Files in an agent's input and output."""

import mimetypes
from typing import BinaryIO, Final

from agentcluster import artifacts
from agentcluster.errors import AgentClusterError
from agents.tools.errors import BadValueError, FileMissingError

_TYPES: Final = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".md": "text/markdown"}


def reference(value: object, field: str) -> artifacts.ArtifactRef:
    """Read a file value; ``BadValueError`` or ``FileMissingError`` on ``field`` when it cannot be had."""
    try:
        ref = artifacts.ArtifactRef.from_value(value)
    except AgentClusterError as error:
        raise BadValueError(error.message, field=field) from error
    if not artifacts.exists(ref):
        raise missing(ref, field)
    return ref


def open_file(ref: artifacts.ArtifactRef, field: str) -> BinaryIO:
    """Open an artifact for reading; ``FileMissingError`` on ``field`` when it is gone."""
    try:
        return artifacts.open(ref)
    except artifacts.ArtifactMissingError as error:
        raise missing(ref, field) from error


def missing(ref: artifacts.ArtifactRef, field: str) -> FileMissingError:
    """Return the error for an artifact that is not there."""
    return FileMissingError(
        f"The file '{ref.name or ref.digest}' is not in the artifact store; upload it again.",
        field=field,
        digest=ref.digest,
    )


def media_type(name: str) -> str:
    """Guess a media type from a file name, the same on every machine for the common ones."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
