"""Stops an upload that is too large while it is still arriving, before it fills the disk."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from agentcluster.errors import AgentClusterError

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class UploadTooLargeError(AgentClusterError):
    """The file is larger than this server accepts."""

    code = "too_large"
    status = 413


def _too_large() -> UploadTooLargeError:
    return UploadTooLargeError(
        f"The upload is larger than {settings.UPLOAD_MAX_MB} MB, the most this server accepts.",
        limit_bytes=settings.UPLOAD_MAX_BYTES,
    )


class UploadLimit(FileUploadHandler):
    """Counts the bytes of each file and refuses more than ``UPLOAD_MAX_BYTES`` of all together."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on, or raise ``UploadTooLargeError``."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_BYTES:
            raise _too_large()
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Leave keeping the file to the next handler."""
        return None

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
