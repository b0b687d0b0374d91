"""Everything that can be said of a bundle by looking at its bytes."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO, Final

import msgspec

from agents.domain.bundle import limits
from agents.domain.bundle.archive import BadEntryError, Entry, chunks, read_directory
from agents.domain.bundle.manifest_file import parse_manifest
from agents.domain.bundle.report import Check, Report
from agents.domain.bundle.signature import BadSignatureFileError, Signature, read_signature
from agents.domain.manifest import Manifest, identity

CheckManifest = Callable[[Manifest, Report], None]
"""What else is asked of a manifest: notes its faults in the report."""
_KEPT: Final = {limits.MANIFEST: limits.MANIFEST_MAX_BYTES, limits.SIGNATURE: limits.SIGNATURE_MAX_BYTES}


class BundleFile(msgspec.Struct, frozen=True):
    """A file of the bundle: size in bytes and SHA-256 in hex, both as counted here."""

    path: str
    size: int
    sha256: str


class Inspection(msgspec.Struct, frozen=True):
    """What was found; ``manifest`` and ``identity`` are there only when ``ok``."""

    ok: bool
    checks: tuple[Check, ...]
    size: int
    files: tuple[BundleFile, ...] = ()
    manifest: Manifest | None = None
    identity: str = ""
    signature: Signature | None = None


def inspect(file: BinaryIO, check_manifest: CheckManifest | None = None) -> Inspection:
    """Return all that can be said of a zip: every check is made that can be, none trusts what the zip says of itself.

    Nothing is written anywhere and nothing of the bundle is run. Memory stays within some megabytes, whatever the zip.
    """
    report = Report()
    entries = read_directory(file, report)
    size = file.seek(0, 2)
    if not report.ok:
        return Inspection(False, tuple(report.checks()), size)
    files, kept = _read(file, entries, report)
    manifest = _manifest(kept.get(limits.MANIFEST), report)
    if manifest is not None:
        _check_entry_point(manifest, {entry.path for entry in entries}, report)
        if check_manifest is not None:
            check_manifest(manifest, report)
    signature = _signature(kept.get(limits.SIGNATURE), report)
    if manifest is None or not report.ok:
        return Inspection(False, tuple(report.checks()), size, tuple(files))
    name = identity(manifest, covered(files))
    report.passed("identity", f"The identity is {name}.")
    return Inspection(True, tuple(report.checks()), size, tuple(files), manifest, name, signature)


def covered(files: list[BundleFile] | tuple[BundleFile, ...]) -> dict[str, str]:
    """Return path and digest of the files the identity covers: all but manifest (it has that itself) and signature."""
    return {file.path: file.sha256 for file in files if file.path not in _KEPT}


def _read(file: BinaryIO, entries: list[Entry], report: Report) -> tuple[list[BundleFile], dict[str, bytes]]:
    report.passed("contents")
    files, kept = [], {}
    for entry in entries:
        most = _KEPT.get(entry.path, 0)
        digest, start = hashlib.sha256(), bytearray()
        try:
            for piece in chunks(file, entry):
                digest.update(piece)
                if len(start) <= most:
                    start += piece[: most + 1 - len(start)]
        except BadEntryError as error:
            report.fault("contents", str(error), entry.path)
            continue
        files.append(BundleFile(entry.path, entry.size, digest.hexdigest()))
        if most:
            kept[entry.path] = bytes(start)
    return files, kept


def _manifest(data: bytes | None, report: Report) -> Manifest | None:
    if data is None:
        if not report.failed("contents"):
            told = f"There is no {limits.MANIFEST} at the root of the zip."
            report.fault("manifest", told + " Was a folder packed instead of what is in it?", limits.MANIFEST)
        return None
    return parse_manifest(data, report)


def _check_entry_point(manifest: Manifest, paths: set[str], report: Report) -> None:
    report.passed("entry_point")
    module, _, attribute = manifest.entry_point.partition(":")
    base = module.replace(".", "/")
    if not module or not attribute:
        report.fault("entry_point", "An entry point is written package.module:attribute.", "/entry_point")
    elif not {f"{base}.py", f"{base}/__init__.py"} & paths:
        report.fault(
            "entry_point", f"{manifest.entry_point} needs the file {base}.py, which is not there.", f"{base}.py"
        )


def _signature(data: bytes | None, report: Report) -> Signature | None:
    if data is None:
        report.passed("signature", "It is not signed.")
        return None
    try:
        if len(data) > limits.SIGNATURE_MAX_BYTES:
            raise BadSignatureFileError(f"It is longer than {limits.SIGNATURE_MAX_BYTES // 1024} KB.")
        found = read_signature(data)
    except BadSignatureFileError as error:
        report.fault("signature", str(error), limits.SIGNATURE)
        return None
    report.passed("signature", f"It is signed with the key {found.key_id}.")
    return found
