"""Answers with the bytes of an artifact, in pieces, in a way no browser mistakes for a page."""

import asyncio
from collections.abc import AsyncIterator
from typing import BinaryIO, Final

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from agentcluster import artifacts

CHUNK: Final = 256 * 1024
SAFE: Final = frozenset({
    *("text/plain", "text/csv", "text/tab-separated-values", "text/markdown"),
    *("application/json", "application/pdf", "application/vnd.apache.arrow.file"),
    *("image/png", "image/jpeg", "image/gif", "image/webp"),
})  # fmt: skip
"""Media types served under their own name; all others (HTML, SVG, scripts) are just bytes."""

Download = StreamingHttpResponse


def download(digest: str, media_type: str, name: str) -> Download:
    """Return a streamed attachment; raises ``ArtifactMissingError`` when the store does not have it (any more)."""
    size = artifacts.size(digest)
    answer = StreamingHttpResponse(
        _pieces(artifacts.open(digest)), content_type=media_type if media_type in SAFE else "application/octet-stream"
    )
    answer["Content-Length"] = str(size)
    answer["Content-Disposition"] = content_disposition_header(True, name or digest.removeprefix("sha256:")) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    answer["ETag"] = f'"{digest}"'
    return answer


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """Yield the file from a thread, so that a slow disk or a slow reader holds up nobody else."""
    try:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
    finally:
        file.close()
