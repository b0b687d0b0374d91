"""Reading a zip that may have been made to do harm: what it lists is looked at before anything is unpacked.

A bundle's zip is a plain one: nothing before its first entry and after its end record, no comment, no zip64 (it is far
below 4 GB), entries stored or deflated. So every program reads the same files from it, and nothing hides between them.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from agents.domain.bundle import limits, paths
from agents.domain.bundle.report import Report

CHUNK: Final = 64 * 1024
_END: Final = struct.Struct("<4sHHHHIIH")
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL_BYTES: Final = 46
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_UTF8: Final = 0x800
_DESCRIBED: Final = 0x8
_DESCRIPTION_BYTES: Final = 24
_BROKEN: Final = (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OverflowError, OSError, EOFError)


class Entry(msgspec.Struct, frozen=True):
    """A file as the zip states it: from ``header`` on its own header, from ``start`` on its packed bytes."""

    path: str
    header: int
    start: int
    packed: int
    size: int
    crc: int
    deflated: bool
    described: bool
    """Whether its sizes stand behind its bytes once more (12 to 24 bytes)."""


class BadEntryError(Exception):
    """An entry's bytes are not what the zip's directory says."""


def read_directory(file: BinaryIO, report: Report) -> list[Entry]:
    """Return the files of a zip, sorted by path, and note every fault; empty when its directory cannot be read."""
    report.passed("archive")
    listed = _listed(file, report)
    if listed is None:
        return []
    infos, directory_start = listed
    for name in ("encryption", "entries", "paths", "file_types", "duplicates", "forbidden_files", "unpacked_size"):
        report.passed(name)
    files = [info for info in infos if not _name(info).endswith("/")]
    report.passed("entries", f"It holds {len(files):,} file{'s' if len(files) != 1 else ''}.")
    if len(files) > limits.FILES_MAX or len(infos) > limits.ENTRIES_MAX:
        counted = f"{len(files):,} files and {len(infos) - len(files):,} folders"
        report.fault("entries", f"It lists {counted}; at most {limits.FILES_MAX:,} files are taken.")
    for info in infos:
        _check_entry(info, report)
    for path, reason in paths.twice(map(_name, infos)):
        report.fault("duplicates", reason, path)
    _check_sizes(files, report)
    entries = [entry for info in infos if (entry := _entry(file, info, directory_start, report))]
    if not report.failed("archive"):
        _check_layout(entries, directory_start, report)
    return sorted((entry for entry in entries if not entry.path.endswith("/")), key=lambda entry: entry.path)


def chunks(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield a file's bytes, never more than it states; raises ``BadEntryError`` when they are not what is stated."""
    size, crc = 0, 0
    for piece in _inflated(file, entry) if entry.deflated else _packed(file, entry):
        size += len(piece)
        if size > entry.size:
            raise BadEntryError(f"It states {entry.size:,} bytes and holds more: a zip bomb, or a damaged file.")
        crc = zlib.crc32(piece, crc)
        yield piece
    if size != entry.size:
        raise BadEntryError(f"It states {entry.size:,} bytes and holds {size:,}.")
    if crc != entry.crc:
        raise BadEntryError("Its check sum (CRC-32) is wrong: the file is damaged.")


def _packed(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    position, left = entry.start, entry.packed
    while left:
        file.seek(position)
        piece = file.read(min(CHUNK, left))
        if not piece:
            raise BadEntryError("It ends too early.")
        position, left = position + len(piece), left - len(piece)
        yield piece


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield what the packed bytes unpack to, four chunks at a time at most, whatever they would swell to."""
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _packed(file, entry):
            waiting = packed
            while waiting:
                yield unpack.decompress(waiting, 4 * CHUNK)
                waiting = unpack.unconsumed_tail
            if unpack.unused_data:
                raise BadEntryError("Something is hidden behind its packed bytes.")
        while not unpack.eof and (piece := unpack.decompress(b"", 4 * CHUNK)):
            yield piece
    except zlib.error as error:
        raise BadEntryError(f"Its packed bytes make no sense ({error}).") from error
    if not unpack.eof:
        raise BadEntryError("Its packed bytes end too early.")


def _listed(file: BinaryIO, report: Report) -> tuple[list[zipfile.ZipInfo], int] | None:
    """Return what the directory lists and where it begins; None with a fault when it cannot be read."""
    size = file.seek(0, 2)
    if size > limits.ZIP_MAX_BYTES:
        most = limits.ZIP_MAX_BYTES // (1024 * 1024)
        report.fault("archive", f"The zip has {size:,} bytes; at most {most} MB are taken.")
        return None
    fault, total, start = _end_record(file, size)
    if fault:
        report.fault("archive", fault)
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        report.fault("archive", f"The zip's list of files cannot be read ({str(error) or type(error).__name__}).")
        return None
    # A length that is too long swallows the entries behind it; other programs might read on from somewhere else.
    if len(infos) != total or sum(map(_listed_size, infos)) != size - _END.size - start:
        report.fault("archive", f"The zip says that it lists {total:,} entries, and {len(infos):,} can be read.")
        return None
    return infos, start


def _listed_size(info: zipfile.ZipInfo) -> int:
    name = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")
    return _CENTRAL_BYTES + len(name) + len(info.extra) + len(info.comment)


def _end_record(file: BinaryIO, size: int) -> tuple[str, int, int]:
    """Return what is wrong with the end of the zip (empty: nothing), how many entries it lists, and from where."""
    tail_size = min(size, _END.size + 20)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    if size < _END.size:
        return "This is no zip: it is too short." if size else "The file is empty.", 0, 0
    mark, disk, first, here, total, length, start, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\x05\x06":
        return _no_end(file, size), 0, 0
    if tail[: -_END.size].startswith(b"PK\x06\x07") or 0xFFFFFFFF in (length, start) or total == 0xFFFF:
        return "The zip is of the kind for over 4 GB (zip64), which is not taken.", 0, 0
    if disk or first or here != total or comment:
        return "The zip has several parts or a comment, which is not taken.", 0, 0
    if length > limits.DIRECTORY_MAX_BYTES or total > limits.ENTRIES_MAX:
        return f"The zip lists {total:,} entries; at most {limits.FILES_MAX:,} files are taken.", 0, 0
    if start + length != size - _END.size:
        return "There is something before, between or behind what the zip lists.", 0, 0
    return "", total, start


def _no_end(file: BinaryIO, size: int) -> str:
    file.seek(0)
    if not file.read(4).startswith(b"PK"):
        return "This is no zip."
    file.seek(max(0, size - 70_000))
    found = b"PK\x05\x06" in file.read()
    return (
        "The zip has a comment, or something behind its end."
        if found
        else "The zip has no end: it was cut off on its way."
    )


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name as it stands in the zip: ``filename`` is cut at a NUL byte."""
    return info.orig_filename


def _check_entry(info: zipfile.ZipInfo, report: Report) -> None:
    path = _name(info)
    if fault := paths.fault_of(path):
        report.fault("paths", fault, path)
    elif fault := paths.forbidden(path):
        report.fault("forbidden_files", fault, path)
    if info.flag_bits & _ENCRYPTED:
        report.fault("encryption", "The file is encrypted; only what can be read can be checked.", path)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        report.fault("file_types", "This is a symbolic link; put the file itself there.", path)
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind == stat.S_IFDIR) > path.endswith("/"):
        report.fault("file_types", "This is neither a file nor a folder (a device, a pipe, a socket).", path)
    if path.endswith("/") and info.file_size:
        report.fault("file_types", "This is called as a folder, yet has content.", path)


def _check_sizes(files: list[zipfile.ZipInfo], report: Report) -> None:
    """Judge by what the zip states; ``chunks`` sees to it that it is not more."""
    total, packed = sum(info.file_size for info in files), sum(info.compress_size for info in files)
    most = limits.UNPACKED_MAX_BYTES
    report.passed("unpacked_size", f"Unpacked it has {total:,} bytes.")
    if total > most:
        report.fault(
            "unpacked_size", f"Unpacked it would have {total:,} bytes; at most {most // 1024**2} MB are taken."
        )
    elif total > limits.RATIO_FROM_BYTES and total > packed * limits.RATIO_MAX:
        report.fault("unpacked_size", f"Unpacked it would be {_times(total, packed)} the size: a zip bomb.")
    for info in files:
        if info.file_size > limits.RATIO_FROM_BYTES and info.file_size > info.compress_size * limits.RATIO_MAX:
            times = _times(info.file_size, info.compress_size)
            report.fault("unpacked_size", f"The file unpacks to {times} its size: a zip bomb.", _name(info))


def _times(size: int, packed: int) -> str:
    return f"{size // max(1, packed):,} times"


def _entry(file: BinaryIO, info: zipfile.ZipInfo, directory_start: int, report: Report) -> Entry | None:
    """Return where an entry's bytes are; None, with a fault, when its own header contradicts the directory."""
    path = _name(info)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        report.fault(
            "archive", f"It is packed by method {info.compress_type}; only stored and deflate are taken.", path
        )
        return None
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        report.fault("archive", "The zip's list points to where no file begins.", path)
        return None
    fields = _LOCAL.unpack(header)
    flags, name_length, extra_length = fields[2], fields[9], fields[10]
    name = file.read(name_length)
    if name != path.encode("utf-8" if flags & _UTF8 else "cp437", "replace"):
        report.fault("archive", "The file has another name in its own header than in the zip's list.", path)
        return None
    start = info.header_offset + _LOCAL.size + name_length + extra_length
    if start + info.compress_size > directory_start:
        report.fault("archive", "The file reaches beyond the end of the zip.", path)
        return None
    return Entry(
        path,
        info.header_offset,
        start,
        info.compress_size,
        info.file_size,
        info.CRC,
        info.compress_type == zipfile.ZIP_DEFLATED,
        bool(info.flag_bits & _DESCRIBED),
    )


def _check_layout(entries: list[Entry], directory_start: int, report: Report) -> None:
    """Every byte belongs to one entry: none to two (a bomb of overlaps), none to nobody (something hidden)."""
    end, room, before = 0, 0, ""
    for entry in sorted(entries, key=lambda each: each.header):
        if entry.header < end:
            report.fault("archive", f"It shares bytes with “{before}”: a zip bomb.", entry.path)
            return
        if entry.header > end + room:
            break
        end, room, before = entry.start + entry.packed, _DESCRIPTION_BYTES * entry.described, entry.path
    else:
        if directory_start <= end + room:
            return
    report.fault(
        "archive", f"There is something hidden before or between what the zip lists, after byte {end:,}.", before
    )
