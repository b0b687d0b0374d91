"""Bundles for tests: one that is good, and one of every kind that is not."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from agents.domain.bundle import pack
from agents.domain.bundle.signature import generate, sign

MANIFEST = """\
name: word-count
version: 1.0.0
title: Count words
description:
  en: Counts the words of a text.
  zh-Hans: 统计文本的单词数。
capabilities: [text-count]
intent: {input: {text: string}, output: {count: integer}}
entry_point: agent:count
"""
CODE = b"""\
from agentcluster.sdk import Context, agent


@agent
async def count(text: str, context: Context) -> dict[str, int]:
    return {"count": len(text.split())}
"""
KEY, PUBLIC = generate()


def files(manifest: str = MANIFEST, **more: bytes) -> dict[str, bytes]:
    return {"agent.yaml": manifest.encode(), "agent.py": CODE, "words/list.txt": b"a\nb\n", **more}


def good(**changes: str) -> bytes:
    """Return a zip whose manifest has other lines for some fields, such as ``version="2.0.0"``."""
    lines = [line for line in MANIFEST.splitlines() if line.split(":")[0] not in changes]
    return pack(files("\n".join([*lines, *(f"{name}: {value}" for name, value in changes.items())]) + "\n"))


def signed(data: bytes, identity: str, key: bytes = KEY) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name != "agent.sig"}
    return pack({**held, "agent.sig": sign(identity, key)})


def added(path: str, data: bytes = b"x", *, mode: int = 0o100644, **fields: int) -> bytes:
    """Return a good zip with one more entry of any name and kind."""
    made = io.BytesIO(good())
    with zipfile.ZipFile(made, "a") as archive:
        info = zipfile.ZipInfo("placeholder")
        info.filename = path
        info.create_system, info.external_attr = 3, mode << 16
        for name, value in fields.items():
            setattr(info, name, value)
        archive.writestr(info, data)
    return made.getvalue()


def with_manifest(text: str) -> bytes:
    return pack(files(text))


def field(name: str, value: str) -> bytes:
    return good(**{name: value})


def flat_bomb() -> bytes:
    """129 MB of zeros in some 130 KB."""
    return pack({**files(), "zeros.bin": bytes(129 * 1024 * 1024)})


def dense_bomb() -> bytes:
    """8 MB of zeros in 8 KB: within the limit, but far too dense to be honest."""
    return pack({**files(), "zeros.bin": bytes(8 * 1024 * 1024)})


def lying(size: int = 10, real: int = 64 * 1024 * 1024) -> bytes:
    """Return a zip that states fewer bytes of a file than it holds, in both headers, with the check sum of those few."""
    data = pack({**files(), "zz.bin": bytes(real)})
    return _patched(data, b"zz.bin", size=size, crc=zlib.crc32(bytes(size)))


def damaged() -> bytes:
    return _patched(pack(files()), b"agent.py", crc=1)


def _patched(data: bytes, name: bytes, *, size: int | None = None, crc: int | None = None) -> bytes:
    changed = bytearray(data)
    local = data.index(b"PK\x03\x04", max(0, data.index(name) - 30))
    central = data.rindex(name) - 46
    assert changed[central : central + 4] == b"PK\x01\x02"
    for start in (local + 14, central + 16):
        if crc is not None:
            changed[start : start + 4] = struct.pack("<I", crc)
        if size is not None:
            changed[start + 8 : start + 12] = struct.pack("<I", size)
    return bytes(changed)


def overlapping() -> bytes:
    """Return a zip in which two names lead to the same bytes."""
    data = bytearray(pack({**files(), "b.bin": b"q" * 1000, "c.bin": b"q" * 1000}))
    first, second = data.rindex(b"b.bin") - 46, data.rindex(b"c.bin") - 46
    offset = struct.unpack("<I", data[first + 42 : first + 46])[0]
    data[second + 42 : second + 46] = struct.pack("<I", offset)
    return bytes(data)


def hidden() -> bytes:
    """Return a zip that begins with a program, all its offsets being right."""
    made = io.BytesIO(b"#!/bin/sh\necho hello\n")
    with zipfile.ZipFile(made, "a") as archive:
        for path, data in files().items():
            archive.writestr(path, data)
    return made.getvalue()


def hidden_between() -> bytes:
    """Return a zip with a file that its directory does not list."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, data in {**files(), "secret.py": b"import os"}.items():
            archive.writestr(path, data)
        archive.writestr("last.txt", b"")
        archive.filelist = [info for info in archive.filelist if info.filename != "secret.py"]
    return made.getvalue()


def encrypted() -> bytes:
    data = bytearray(pack(files()))
    central = data.rindex(b"agent.py") - 46
    data[central + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    made = io.BytesIO(good())
    with zipfile.ZipFile(made, "a") as archive:
        archive.filelist.clear()
        archive.NameToInfo.clear()
    # The standard library warns of duplicates, so the second name is written by hand.
    data = bytearray(pack({**files(), "agent.pz": CODE}))
    return bytes(data.replace(b"agent.pz", b"agent.py"))


def wrong_method() -> bytes:
    return added("a.lzma", b"x" * 100, compress_type=zipfile.ZIP_LZMA)


def tampered() -> bytes:
    """Return a zip signed for other content, by a key that is known."""
    return pack({**files(), "agent.sig": sign("agent://sha256:" + "0" * 64, KEY)})


YAML_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


class Hostile(NamedTuple):
    """How it is made, the check that finds it, and words that stand in the finding (or its path)."""

    make: Callable[[], bytes]
    check: str
    says: str


HOSTILE: dict[str, Hostile] = {
    "not a zip": Hostile(lambda: b"#!/bin/sh\nrm -rf /\n" * 9, "archive", "no zip"),
    "empty": Hostile(lambda: b"", "archive", "empty"),
    "truncated": Hostile(lambda: good()[:-40], "archive", "cut off"),
    "cut in the middle": Hostile(lambda: good()[:200], "archive", "cut off"),
    "comment": Hostile(lambda: good()[:-2] + b"\x05\x00hello", "archive", "comment"),
    "something before": Hostile(lambda: b"#!/bin/sh\n" + good(), "archive", "before, between or behind"),
    "program before": Hostile(hidden, "archive", "hidden before"),
    "not listed": Hostile(hidden_between, "archive", "hidden before or between"),
    "zip64": Hostile(lambda: good()[:-12] + b"\xff\xff" * 4 + b"\xff\xff\0\0", "archive", ""),
    "unknown method": Hostile(wrong_method, "archive", "method 14"),
    "overlapping": Hostile(overlapping, "archive", "name in its own header"),
    "encrypted": Hostile(encrypted, "encryption", "agent.py"),
    "up": Hostile(lambda: added("../../etc/cron.d/evil"), "paths", "leads out"),
    "up inside": Hostile(lambda: added("a/../../b"), "paths", "leads out"),
    "absolute": Hostile(lambda: added("/etc/passwd"), "paths", "absolute"),
    "backslash": Hostile(lambda: added("..\\evil.py"), "paths", "backslash"),
    "drive": Hostile(lambda: added("C:/evil.py"), "paths", "drive"),
    "NUL": Hostile(lambda: added("evil.py_.txt").replace(b"evil.py_.txt", b"evil.py\0.txt"), "paths", "NUL"),
    "colon": Hostile(lambda: added("a.txt:hidden"), "paths", "colon"),
    "control character": Hostile(lambda: added("a\x1b[31m.txt"), "paths", "cannot be printed"),
    "dot part": Hostile(lambda: added("./a.txt"), "paths", "empty part"),
    "long path": Hostile(lambda: added("d/" * 3 + "x" * 200), "paths", "206 characters"),
    "deep path": Hostile(lambda: added("d/" * 16 + "x"), "paths", "17 parts"),
    "symlink": Hostile(lambda: added("link", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "file_types", "symbolic link"),
    "device": Hostile(lambda: added("sda", b"", mode=stat.S_IFBLK | 0o666), "file_types", "device"),
    "pipe": Hostile(lambda: added("pipe", b"", mode=stat.S_IFIFO | 0o666), "file_types", "device"),
    "twice": Hostile(twice, "duplicates", "twice"),
    "case": Hostile(lambda: added("Agent.py"), "duplicates", "only in case"),
    "accents": Hostile(lambda: pack({**files(), "caf\u00e9": b"", "cafe\u0301": b""}), "duplicates", "accents"),
    "file and folder": Hostile(lambda: pack({**files(), "agent.py/x": b""}), "duplicates", "a file and a folder"),
    "too many": Hostile(lambda: pack({**files(), **{f"f/{n}": b"" for n in range(1998)}}), "entries", "2,001 files"),
    "flat bomb": Hostile(flat_bomb, "unpacked_size", "at most 128 MB"),
    "dense bomb": Hostile(dense_bomb, "unpacked_size", "zip bomb"),
    "lying bomb": Hostile(lying, "contents", "holds more"),
    "damaged": Hostile(damaged, "contents", "check sum"),
    "self-starting": Hostile(lambda: added("sitecustomize.py"), "forbidden_files", "by itself"),
    "path file": Hostile(lambda: added("lib/x.pth"), "forbidden_files", "by itself"),
    "shadows the SDK": Hostile(lambda: added("agentcluster/sdk.py"), "forbidden_files", "SDK"),
    "secret": Hostile(lambda: added(".env"), "forbidden_files", "secret"),
    "compiled": Hostile(lambda: added("agent.pyc"), "forbidden_files", "Compiled"),
    "no manifest": Hostile(lambda: pack({"agent.py": CODE}), "manifest", "no agent.yaml"),
    "folder packed": Hostile(
        lambda: pack({f"my/{k}": v for k, v in files().items()}), "manifest", "Was a folder packed"
    ),
    "bad yaml": Hostile(lambda: with_manifest("name: [unclosed\nversion: 1"), "manifest", "not YAML"),
    "yaml bomb": Hostile(lambda: with_manifest(YAML_BOMB), "manifest", "aliases"),
    "deep yaml": Hostile(lambda: with_manifest("a: " + "[" * 5000), "manifest", "levels"),
    "yaml tag": Hostile(lambda: with_manifest("a: !!python/object/apply:os.system [ls]"), "manifest", "tag"),
    "two documents": Hostile(lambda: with_manifest(MANIFEST + "---\na: 1\n"), "manifest", "second document"),
    "same field twice": Hostile(lambda: with_manifest(MANIFEST + "name: other\n"), "manifest", "twice"),
    "not UTF-8": Hostile(lambda: pack({**files(), "agent.yaml": b"name: \xff\xfe"}), "manifest", "UTF-8"),
    "lone surrogate": Hostile(lambda: field("title", '"\\ud800"'), "manifest", ""),
    "NUL in a text": Hostile(lambda: field("title", '"a\\0b"'), "manifest", "NUL"),
    "NUL in a schema": Hostile(
        lambda: field("intent", '{input: {type: object, properties: {"a\\0": {}}}}'), "manifest", "NUL"
    ),
    "a list": Hostile(lambda: with_manifest("- name: a\n"), "manifest", "mapping"),
    "huge manifest": Hostile(lambda: with_manifest(MANIFEST + "#" * 300_000), "manifest", "256 KB"),
    "version a number": Hostile(lambda: field("version", "1.0"), "manifest", "a text"),
    "version no version": Hostile(lambda: field("version", "one"), "manifest", "semantic version"),
    "capabilities a text": Hostile(lambda: field("capabilities", "text"), "manifest", "a list"),
    "limits a list": Hostile(lambda: field("limits", "[1]"), "manifest", "mapping"),
    "limit a text": Hostile(lambda: field("limits", "{memory_mib: much}"), "manifest", "/limits/memory_mib"),
    "limit beyond": Hostile(lambda: field("limits", "{pids: 100000}"), "manifest", "/limits/pids"),
    "scratch beyond": Hostile(
        lambda: field("limits", "{memory_mib: 32, disk_mib: 1048576}"), "manifest", "/limits/disk_mib"
    ),
    "unknown limit": Hostile(lambda: field("limits", "{memory: 1}"), "manifest", "not known"),
    "unknown field": Hostile(lambda: field("entrypoint", "agent:count"), "manifest", "did you mean 'entry_point'?"),
    "unknown network": Hostile(lambda: field("network", "some"), "manifest", "/network"),
    "built in": Hostile(lambda: field("runtime", "builtin"), "manifest", "/runtime"),
    "bad short schema": Hostile(lambda: field("intent", "{input: strnig}"), "manifest", "/intent/input"),
    "bad full schema": Hostile(
        lambda: field("intent", "{input: {type: object, properties: {a: {type: 7}}}, output: {}}"),
        "manifest",
        "/intent",
    ),
    "bad name": Hostile(lambda: field("name", "../evil"), "manifest", "/name"),
    "no entry point": Hostile(lambda: field("entry_point", "''"), "manifest", "/entry_point"),
    "missing module": Hostile(lambda: field("entry_point", "other.module:run"), "entry_point", "other/module.py"),
    "signature no JSON": Hostile(lambda: pack({**files(), "agent.sig": b"not json"}), "signature", "JSON"),
    "signature too long": Hostile(lambda: pack({**files(), "agent.sig": b" " * 5000}), "signature", "longer"),
    "signature of other form": Hostile(
        lambda: pack({**files(), "agent.sig": b'{"key_id": "x", "signature": "y"}'}), "signature", "key_id"
    ),
}
