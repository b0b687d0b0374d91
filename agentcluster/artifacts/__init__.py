"""The artifact store: bytes by the hash of their content, on Django's storage alias ``artifacts``."""

from agentcluster.artifacts.errors import ArtifactCorruptError, ArtifactMissingError, BadDigestError, TooLargeError
from agentcluster.artifacts.noting import note, noting
from agentcluster.artifacts.reference import ArtifactRef, check_digest
from agentcluster.artifacts.store import exists, open, path, put_bytes, put_stream, read_bytes, remove, size

__all__ = [
    "ArtifactCorruptError",
    "ArtifactMissingError",
    "ArtifactRef",
    "BadDigestError",
    "TooLargeError",
    "check_digest",
    "exists",
    "note",
    "noting",
    "open",
    "path",
    "put_bytes",
    "put_stream",
    "read_bytes",
    "remove",
    "size",
]
