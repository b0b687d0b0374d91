"""Uploads go to disk as they arrive, and stop as soon as they are too large."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from agentcluster.errors import AgentClusterError


class UploadTooLargeError(AgentClusterError):
    """The file is larger than this server accepts."""

    code = "too_large"
    status = 413


class LimitedUpload(TemporaryFileUploadHandler):
    """Writes each file of a request to a temporary one; all together may have ``UPLOAD_MAX_BYTES``."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write the bytes, or remove the file and raise ``UploadTooLargeError``."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_BYTES:
            self.upload_interrupted()
            raise _too_large()
        return super().receive_data_chunk(raw_data, start)

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse at once when the announced length is beyond any form around the largest file."""
        if content_length > settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _too_large()


def _too_large() -> UploadTooLargeError:
    return UploadTooLargeError(
        f"The upload is larger than {settings.UPLOAD_MAX_MB} MB, the most this server accepts.",
        limit_bytes=settings.UPLOAD_MAX_BYTES,
    )
