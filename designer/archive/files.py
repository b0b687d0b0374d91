"""Which files of the artifact store are mentioned: in logs, and in large values that stand there in place of themselves."""

from collections.abc import Iterable
from typing import Final

from agentcluster import artifacts
from agentcluster.artifacts import ArtifactMissingError
from designer.archive.log import DIGEST

LARGE_BYTES: Final = 8 * 1024 * 1024
"""How much of a large value is searched for files it mentions."""
LEVELS: Final = 5


def nested(digests: Iterable[str]) -> set[str]:
    """Return the files that these mention, where they are JSON, at any depth up to ``LEVELS``."""
    found: set[str] = set()
    waiting = {*digests}
    for _ in range(LEVELS):
        inner = {each for digest in waiting for each in _within(digest)} - found
        if not inner:
            break
        found |= inner
        waiting = inner
    return found


def _within(digest: str) -> set[str]:
    try:
        if artifacts.size(digest) > LARGE_BYTES:
            return set()
        content = artifacts.read_bytes(digest)
    except ArtifactMissingError:
        return set()
    if content[:1] not in (b"{", b"["):
        return set()
    return {each.decode() for each in DIGEST.findall(content)}
