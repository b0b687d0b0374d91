"""What is found in bundles, good and hostile."""

import io
import resource
import time
import zipfile

import pytest

from agents.bundles.checking import check_bundle
from agents.domain.bundle import BundleUnusableError, covered, pack, unpack
from agents.domain.bundle.limits import ZIP_MAX_BYTES
from agents.domain.bundle.signature import BadKeyError, generate, key_id, public_of, sign, verify
from agents.domain.manifest import identity
from tests.unit.bundles.making import CODE, HOSTILE, KEY, MANIFEST, PUBLIC, files, good, signed


def look(data: bytes):
    return check_bundle(io.BytesIO(data))


def test_a_good_bundle_passes_every_check() -> None:
    found = look(good())
    assert found.ok, [check for check in found.checks if not check.ok]
    assert found.manifest is not None
    assert (found.manifest.name, found.manifest.runtime) == ("word-count", "bundle")
    assert found.manifest.title == {"en": "Count words"}
    assert found.manifest.intent.input["required"] == ["text"]
    assert [file.path for file in found.files] == ["agent.py", "agent.yaml", "words/list.txt"]
    assert found.identity == identity(found.manifest, covered(found.files))
    assert {check.name for check in found.checks} >= {"archive", "paths", "manifest", "entry_point", "signature"}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_wrong_is_found_and_said(name: str) -> None:
    hostile = HOSTILE[name]
    data = hostile.make()
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = look(data)
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    assert not found.ok
    assert found.identity == ""
    told = [f"{check.path} {check.message}" for check in found.checks if not check.ok and check.name == hostile.check]
    assert told, found.checks
    assert any(hostile.says in each for each in told), told
    assert all("\x1b" not in each and "\0" not in each for each in told)


def test_all_faults_are_told_not_just_the_first() -> None:
    made = io.BytesIO(good(version="one", capabilities="[]", entry_point="nowhere:run"))
    found = look(made.getvalue())
    told = {(check.name, check.path) for check in found.checks if not check.ok}
    assert told == {("manifest", "/version"), ("manifest", "/capabilities"), ("entry_point", "nowhere.py")}


def test_many_faults_of_a_kind_are_counted() -> None:
    found = look(pack({**files(), **{f"f{n}/x.pyc": b"" for n in range(50)}}))
    told = [check.message for check in found.checks if not check.ok]
    assert len(told) == 21
    assert told[-1] == "And 30 more of this kind."


def test_a_zip_that_is_too_large_is_not_looked_into() -> None:
    found = look(b"PK\x03\x04" + bytes(ZIP_MAX_BYTES))
    assert [check.message for check in found.checks] == ["The zip has 33,554,436 bytes; at most 32 MB are taken."]


def test_a_zip_in_a_zip_is_just_a_file() -> None:
    assert look(pack({**files(), "inner.zip": HOSTILE["up"].make()})).ok


def other_order() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files(), reverse=True):
            archive.writestr(zipfile.ZipInfo(path, (2024, 5, 6, 7, 8, 10)), files()[path])
        archive.mkdir("words")
        archive.mkdir("empty")
    return made.getvalue()


def test_the_same_content_has_the_same_identity_however_it_is_packed() -> None:
    first, second = good(), other_order()
    assert first != second
    assert look(first).identity == look(second).identity
    assert look(first).identity == look(with_other_words()).identity
    assert look(good(version="1.0.1")).identity != look(first).identity
    assert look(pack({**files(), "words/list.txt": b"a\nc\n"})).identity != look(first).identity


def with_other_words() -> bytes:
    """The same manifest, written another way."""
    return pack(files("# A comment\n" + MANIFEST.replace("title: Count words", "title: {en: 'Count words'}")))


def test_a_zip_that_was_written_as_a_stream_is_as_good() -> None:
    """Its sizes stand behind its files, and not in their headers."""

    class Pipe(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files().items():
            archive.writestr(path, data)
    found = look(pipe.written)
    assert found.ok, found.checks
    assert found.identity == look(good()).identity


def test_unpacking_is_canonical(tmp_path) -> None:
    name = look(good()).identity
    packed = {"one": good(), "two": other_order(), "three": with_other_words(), "four": signed(good(), name)}
    for folder, data in packed.items():
        manifest = unpack(io.BytesIO(data), tmp_path / folder, name)
        assert manifest.name == "word-count"
    written = [
        {str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in packed
    ]
    assert all(each == written[0] for each in written)
    assert written[0]["agent.py"] == CODE
    assert set(written[0]) == {"agent.py", "agent.yaml", "words/list.txt"}


def test_unpacking_refuses_what_is_not_the_bundle_that_was_asked_for(tmp_path) -> None:
    with pytest.raises(BundleUnusableError, match="not agent://sha256:00"):
        unpack(io.BytesIO(good()), tmp_path / "a", "agent://sha256:" + "00" * 32)
    with pytest.raises(BundleUnusableError, match="leads out"):
        unpack(io.BytesIO(HOSTILE["up"].make()), tmp_path / "b", look(good()).identity)
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()


def test_packing_is_the_same_every_time() -> None:
    assert pack(files()) == pack(dict(reversed(files().items())))


def test_signatures() -> None:
    name = look(good()).identity
    found = look(signed(good(), name))
    assert found.ok
    assert found.identity == name
    assert found.signature is not None
    assert found.signature.key_id == key_id(PUBLIC)
    assert verify(name, found.signature, PUBLIC)
    assert not verify(name.replace("a", "b"), found.signature, PUBLIC)
    assert not verify(name, found.signature, generate()[1])
    assert public_of(KEY) == PUBLIC
    assert sign(name, KEY) == sign(name, KEY)


@pytest.mark.parametrize(
    "text", ["", "x", "AAAA", "ü" * 44, PUBLIC[:-4]], ids=["empty", "short", "four", "foreign", "cut"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKeyError):
        key_id(text)
