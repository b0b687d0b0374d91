"""References to artifacts, as they stand in inputs, outputs and events."""

import re
from typing import Any, Final

import msgspec

from agentcluster.artifacts.errors import BadDigestError
from agentcluster.errors import BadInputError

KEY: Final = "$artifact"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def check_digest(digest: object) -> str:
    """Return the digest unchanged, or raise ``BadDigestError``: nothing else ever becomes part of a path."""
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise BadDigestError
    return digest


class ArtifactRef(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes in the store: their digest (``sha256:<64 hex>``), size in bytes, media type and a name for people."""

    digest: str
    size: int
    media_type: str = "application/octet-stream"
    name: str = ""

    def to_value(self) -> dict[str, Any]:
        """Return the wire form ``{"$artifact": {"digest", "size", "media_type", "name"}}``."""
        return {KEY: msgspec.to_builtins(self)}

    @classmethod
    def from_value(cls, value: object) -> "ArtifactRef":
        """Read the wire form; ``BadInputError`` when it is not one, ``BadDigestError`` for a malformed digest."""
        if not isinstance(value, dict) or KEY not in value:
            raise BadInputError(f'A file is given as {{"{KEY}": {{"digest", "size", "media_type", "name"}}}}.')
        try:
            ref = msgspec.convert(value[KEY], cls)
        except msgspec.ValidationError as error:
            raise BadInputError(f"This is not a reference to a file: {error}.") from error
        check_digest(ref.digest)
        return ref
