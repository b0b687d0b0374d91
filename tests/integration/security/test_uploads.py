"""Too large uploads are stopped on the way, in words."""

import io

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory, override_settings

from agentcluster.security.upload_limit import UploadTooLargeError


def request_of(size: int):
    return RequestFactory().post("/", {"file": io.BytesIO(b"x" * size)})


def test_a_file_within_the_limit_goes_to_disk_not_to_memory():
    file = request_of(3 * 1024 * 1024).FILES["file"]
    assert isinstance(file, TemporaryUploadedFile)
    assert file.size == 3 * 1024 * 1024
    file.close()


def test_a_file_beyond_it_is_refused_with_the_limit_and_leaves_nothing_behind(tmp_path):
    limits = override_settings(UPLOAD_MAX_BYTES=1024 * 1024, UPLOAD_MAX_MB=1, FILE_UPLOAD_TEMP_DIR=str(tmp_path))
    with limits, pytest.raises(UploadTooLargeError) as caught:
        _ = request_of(2 * 1024 * 1024).FILES
    assert not list(tmp_path.iterdir())
    assert "1 MB" in caught.value.message
    assert (caught.value.status, caught.value.data) == (413, {"limit_bytes": 1024 * 1024})


def test_a_body_announced_as_far_too_large_is_refused_before_it_is_read():
    limits = override_settings(UPLOAD_MAX_BYTES=1024, UPLOAD_MAX_MB=0, DATA_UPLOAD_MAX_MEMORY_SIZE=1024)
    with limits, pytest.raises(UploadTooLargeError):
        _ = request_of(8192).FILES
