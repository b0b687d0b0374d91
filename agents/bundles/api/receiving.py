"""Taking a bundle in over HTTP: to disk as it comes, no further than its limit, and not too often."""

from typing import Any, Final

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from rest_framework.throttling import UserRateThrottle

from agentcluster.security.upload_limit import UploadTooLargeError
from agents.domain.bundle.limits import ZIP_MAX_BYTES

FORM_BYTES: Final = 64 * 1024
"""What a form may add around the zip."""


class BundleUpload(TemporaryFileUploadHandler):
    """Writes the zip to a temporary file, and stops as soon as it is too large."""

    received = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse at once what is announced as too large."""
        if content_length > ZIP_MAX_BYTES + FORM_BYTES:
            raise _too_large()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write the bytes, or remove the file and raise ``UploadTooLargeError``."""
        self.received += len(raw_data)
        if self.received > ZIP_MAX_BYTES:
            self.upload_interrupted()
            raise _too_large()
        return super().receive_data_chunk(raw_data, start)


def _too_large() -> UploadTooLargeError:
    most = ZIP_MAX_BYTES // (1024 * 1024)
    return UploadTooLargeError(
        f"The bundle is larger than {most} MB, the most that is taken.", limit_bytes=ZIP_MAX_BYTES
    )


class UploadRate(UserRateThrottle):
    """``BUNDLE_UPLOADS_PER_MINUTE`` uploads a minute for each user, counted in each web process."""

    scope = "bundle-uploads"

    def get_rate(self) -> str:
        """Return the rate in the framework's words."""
        return f"{settings.BUNDLE_UPLOADS_PER_MINUTE}/min"
