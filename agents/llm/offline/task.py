"""What a prompt asks for, as far as that can be seen without a model: the task, its labels, and the material."""

import re
from typing import Final, Literal, NamedTuple

Kind = Literal["summary", "phrases", "classify", "unknown"]

_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "classify",
        re.compile(r"\b(classif\w*|categori[sz]e\w*|label)\b|which (?:category|label)|分类|归类", re.IGNORECASE),
    ),
    ("phrases", re.compile(r"\bkey ?(?:words?|phrases?|terms?)\b|\btopics\b|关键词|关键字|主题词", re.IGNORECASE)),
    ("summary", re.compile(r"\bsummar\w*|\btl;?dr\b|\bshorten\b|\bgist\b|总结|摘要|概括|概述|归纳", re.IGNORECASE)),
)
_LABELS: Final = re.compile(
    r"(?:\bas|\binto|\blabels?|\bcategories|\bone of|为|成)\s*(?:one of)?\s*[:：]?\s*(.+)", re.IGNORECASE
)
_COUNT: Final = re.compile(
    r"\b(\d{1,2})\s*(?:key\s*)?(?:sentences?|phrases?|words?|keywords?|points?)|(\d{1,2})\s*[句个]"
)
_COLON: Final = re.compile(r"[:：]\s*")
INSTRUCTION: Final = 400
"""An instruction is at most this long; what is longer is material."""


class Task(NamedTuple):
    """What to do with ``material``; ``labels`` for ``classify``; ``length`` in sentences or phrases, 0: as usual."""

    kind: Kind
    material: str
    labels: tuple[str, ...] = ()
    length: int = 0


def understand(prompt: str, system: str = "") -> Task:
    """Return the task. The instruction is the system message, the first line, the last one, or what is before a colon."""
    for instruction, material in _readings(prompt, system):
        kind = next((kind for kind, pattern in _KINDS if pattern.search(instruction)), None)
        if kind is None or not material.strip():
            continue
        labels = _labels(instruction) if kind == "classify" else ()
        if kind == "classify" and len(labels) < 2:
            continue
        return Task(kind, material.strip(), labels, _count(instruction))
    return Task("unknown", prompt)


def _readings(prompt: str, system: str) -> list[tuple[str, str]]:
    """Return the ways to part instruction and material, the likeliest first."""
    text = prompt.strip()
    found = [(text[: colon.start()], text[colon.end() :]) for colon in _COLON.finditer(text[:INSTRUCTION])]
    first, _, rest = text.partition("\n")
    before, _, last = text.rpartition("\n")
    readings = [(first, rest), *reversed(found), (last, before), (system, text)]
    return [(instruction, material) for instruction, material in readings if len(instruction) <= INSTRUCTION]


def _labels(instruction: str) -> tuple[str, ...]:
    match = _LABELS.search(instruction)
    if match is None:
        return ()
    parts = re.split(r"[,，、;；/|]|\s+or\s+|\s+and\s+|或者?|和", match.group(1))
    cleaned = (re.sub(r"^(?:or|and)\s+", "", part.strip()).strip(" .:：\"'。[]()") for part in parts)
    return tuple(dict.fromkeys(each for each in cleaned if 0 < len(each) <= 60))


def _count(instruction: str) -> int:
    match = _COUNT.search(instruction)
    return int(match.group(1) or match.group(2)) if match else 0
