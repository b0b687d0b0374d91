"""Which encoding is this text in?

Byte order marks and valid UTF-8 settle most files. For the rest, what tells GB18030 from the Western encodings is
how bytes from 0x80 up stand together: Chinese text has them in pairs, Western text one by one among letters.
"""

import codecs
import re
from collections.abc import Iterable
from typing import Final

from charset_normalizer import from_bytes

SAMPLE: Final = 64 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS: Final = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "big5", "cp932", "euc_jp", "cp949", "cp1250"]
_UNDEFINED_IN_CP1252: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_LATIN_LETTER: Final = frozenset(range(0xC0, 0x100))


def detect(chunks: Iterable[bytes]) -> str | None:
    """Return the Python name of the encoding, or None for what is not text.

    Reads until it is certain, which for UTF-8 is the end; keeps at most ``SAMPLE`` bytes of what is not ASCII.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    valid, sample, first = True, bytearray(), True
    for chunk in chunks:
        if first:
            marked = _marked(chunk)
            if marked or b"\0" in chunk[:SAMPLE]:
                return marked or _without_mark(chunk[:SAMPLE])
        first = False
        if b"\0" in chunk:
            return None
        valid = valid and _decodes(utf8, chunk)
        if not chunk.isascii() and len(sample) < SAMPLE:
            sample += _foreign_lines(chunk)
        if not valid and len(sample) >= SAMPLE:
            break
    if valid and _decodes(utf8, b"", final=True):
        return "utf-8"
    return _legacy(bytes(sample[:SAMPLE]))


def _marked(chunk: bytes) -> str | None:
    return next((name for mark, name in _MARKS if chunk.startswith(mark)), None)


def _without_mark(sample: bytes) -> str | None:
    """Text in UTF-16 has its zero bytes on one side; binary data has them anywhere."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.3 * half and others < 0.02 * half:
            return name
    return None


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_lines(chunk: bytes) -> bytes:
    return b"".join(line for line in chunk[: 16 * SAMPLE].splitlines(keepends=True) if not line.isascii())


def _legacy(sample: bytes) -> str | None:
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample)
    if controls > 0.01 * len(sample):
        return None
    if _is_chinese(sample):
        return "gb18030"
    if _is_western(sample):
        return "latin-1" if _UNDEFINED_IN_CP1252 & set(sample) else "cp1252"
    best = from_bytes(sample, cp_isolation=_OTHERS, threshold=0.5).best()
    return best.encoding if best else "latin-1"


def _is_chinese(sample: bytes) -> bool:
    text = codecs.getincrementaldecoder("gb18030")()
    try:
        decoded = text.decode(sample)
    except UnicodeDecodeError:
        return False
    foreign = [character for character in decoded if ord(character) > 127]
    # Rows 16 to 55 of GB 2312, the 3,755 common characters, and the punctuation of rows 1 to 3.
    common = sum(_row(character) in _COMMON_ROWS for character in foreign)
    return bool(foreign) and common >= 0.85 * len(foreign)


_COMMON_ROWS: Final = frozenset({*range(0xB0, 0xD8), 0xA1, 0xA3})


def _row(character: str) -> int:
    encoded = character.encode("gb18030")
    return encoded[0] if len(encoded) == 2 and encoded[1] >= 0xA1 else 0


def _is_western(sample: bytes) -> bool:
    """Accented letters come one or two together; words in other alphabets are made of nothing else."""
    runs = _RUNS.findall(sample)
    high = sum(map(len, runs))
    few = sum(len(run) for run in runs if len(run) <= 2)
    letters = sum(byte in _LATIN_LETTER for run in runs for byte in run)
    return few >= 0.7 * high and (letters >= 0.5 * high or high < 8)
