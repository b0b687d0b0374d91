"""The artifact store, on a local folder and on a storage that has no paths."""

import io
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from agentcluster import artifacts
from agentcluster.errors import BadInputError
from agentcluster.ids import sha256_of
from tests.waiting import wait_until

FOLDER = "django.core.files.storage.FileSystemStorage"
MEMORY = "django.core.files.storage.InMemoryStorage"


@pytest.fixture(params=["folder", "elsewhere"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    backend = (
        {"BACKEND": FOLDER, "OPTIONS": {"location": tmp_path}} if request.param == "folder" else {"BACKEND": MEMORY}
    )
    with override_settings(STORAGES={"artifacts": backend}):
        yield request.param


def test_what_is_put_can_be_read(kind: str) -> None:
    ref = artifacts.put_bytes(b"hello", "text/plain", "hello.txt")
    assert ref == artifacts.ArtifactRef(digest=sha256_of(b"hello"), size=5, media_type="text/plain", name="hello.txt")
    assert artifacts.exists(ref)
    assert artifacts.size(ref) == 5
    assert artifacts.read_bytes(ref) == b"hello"
    assert artifacts.read_bytes(ref.digest) == b"hello"


def test_a_local_store_gives_a_path_and_another_none(kind: str) -> None:
    ref = artifacts.put_bytes(b"hello", "text/plain")
    path = artifacts.path(ref)
    if kind == "folder":
        assert path is not None
        assert path.read_bytes() == b"hello"
        hexadecimal = ref.digest.removeprefix("sha256:")
        assert path.parts[-3:] == (hexadecimal[:2], hexadecimal[2:4], hexadecimal)
    else:
        assert path is None


def test_files_and_chunks_are_streamed(kind: str) -> None:
    data = bytes(range(256)) * 10_000
    assert artifacts.put_stream(io.BytesIO(data), "x/y").digest == sha256_of(data)
    assert artifacts.put_stream((data[i : i + 1000] for i in range(0, len(data), 1000)), "x/y").size == len(data)
    assert artifacts.read_bytes(sha256_of(data)) == data


def test_too_large_is_refused_and_leaves_nothing(kind: str, tmp_path: Path) -> None:
    with pytest.raises(artifacts.TooLargeError, match="larger than the 10 bytes allowed") as caught:
        artifacts.put_stream([b"12345", b"67890", b"1"], "x/y", max_bytes=10)
    assert caught.value.status == 413
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert artifacts.put_stream([b"12345", b"67890"], "x/y", max_bytes=10).size == 10


def test_the_same_content_from_many_threads_is_kept_once(kind: str, tmp_path: Path) -> None:
    data = b"z" * 300_000
    threads = [threading.Thread(target=artifacts.put_bytes, args=(data, "x/y")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert artifacts.read_bytes(sha256_of(data)) == data
    if kind == "folder":
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_the_missing_is_told_from_the_corrupt(kind: str) -> None:
    absent = sha256_of(b"absent")
    for read in (artifacts.open, artifacts.size):
        with pytest.raises(artifacts.ArtifactMissingError):
            read(absent)
    assert not artifacts.exists(absent)
    ref = artifacts.put_bytes(b"hello", "text/plain")
    lying = artifacts.ArtifactRef(digest=ref.digest, size=6)
    with pytest.raises(artifacts.ArtifactCorruptError):
        artifacts.open(lying)


def test_a_torn_file_is_mended_by_the_next_put(tmp_path: Path) -> None:
    with override_settings(STORAGES={"artifacts": {"BACKEND": FOLDER, "OPTIONS": {"location": tmp_path}}}):
        path = artifacts.path(artifacts.put_bytes(b"hello", "text/plain"))
        assert path is not None
        path.chmod(0o644)
        path.write_bytes(b"hel")
        assert artifacts.read_bytes(artifacts.put_bytes(b"hello", "text/plain")) == b"hello"


@pytest.mark.parametrize(
    "digest",
    ["", "sha256:../../etc/passwd", "sha256:" + "A" * 64, "sha1:" + "0" * 40, "sha256:" + "0" * 64 + "\n", None],
)
def test_only_a_real_digest_becomes_a_path(digest: str) -> None:
    with pytest.raises(artifacts.BadDigestError):
        artifacts.open(digest)


def test_references_travel_as_values() -> None:
    ref = artifacts.put_bytes(b"hello", "text/plain", "hello.txt")
    assert ref.to_value() == {
        "$artifact": {"digest": ref.digest, "size": 5, "media_type": "text/plain", "name": "hello.txt"}
    }
    assert artifacts.ArtifactRef.from_value(ref.to_value()) == ref
    for wrong in (None, {}, "x", {"$artifact": 1}, {"$artifact": {"digest": "sha256:xx", "size": 5}}):
        with pytest.raises(BadInputError):
            artifacts.ArtifactRef.from_value(wrong)


class TestRemove:
    def test_what_was_not_stored_lately_goes(self):
        ref = artifacts.put_bytes(b"to be removed", "text/plain")
        later = datetime.now(UTC) + timedelta(hours=1)
        assert artifacts.remove(ref.digest, unused_since=later)
        assert not artifacts.exists(ref)
        assert not artifacts.remove(ref.digest, unused_since=later)

    def test_what_somebody_stored_again_stays(self):
        ref = artifacts.put_bytes(b"stored twice", "text/plain")
        old = datetime.now(UTC) - timedelta(days=2)
        os.utime(artifacts.path(ref), (old.timestamp(), old.timestamp()))
        artifacts.put_bytes(b"stored twice", "text/plain")
        assert not artifacts.remove(ref.digest, unused_since=datetime.now(UTC) - timedelta(days=1))
        assert artifacts.read_bytes(ref) == b"stored twice"

    def test_who_stores_while_it_is_removed_finds_it_afterwards(self):
        content = b"contended"
        stop = threading.Event()

        def remove():
            digest = artifacts.put_bytes(content, "text/plain").digest
            while not stop.is_set():
                # Everything is old enough to go, but what was stored within this moment.
                artifacts.remove(digest, unused_since=datetime.now(UTC) - timedelta(milliseconds=500))

        remover = threading.Thread(target=remove)
        remover.start()
        try:
            for pause_ms in (0, 499, 500, 501, 502, 503) * 2:
                time.sleep(pause_ms / 1000)
                ref = artifacts.put_bytes(content, "text/plain")
                # For a moment it may be out of its place, to be looked at.
                wait_until(lambda ref=ref: artifacts.exists(ref), 0.3)
        finally:
            stop.set()
            remover.join()
