"""An instruction as clauses, with what it names (addresses, files, quotations) taken out and kept. English and Chinese."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "zh-Hans"]
EntityKind = Literal["url", "file", "quote"]

_FIRST_MARK: Final = 0xE000
"""Entities are replaced by single characters from here on (Unicode's private use area)."""
MARK: Final = "[\ue000-\uf8ff]"
_ENTITY: Final = re.compile(
    r"(?P<url>https?://[^\s<>\"'，。；、）)]*[^\s<>\"'，。；、）).,;:!?])"
    r"|(?P<quote>\"[^\"\n]{1,10000}\"|“[^”\n]{1,10000}”|「[^」\n]{1,10000}」|'(?<![^\W_]')[^'\n]{1,10000}'(?!\w)|`[^`\n]{1,10000}`)"
    r"|(?P<file>(?:(?<![\w./~])(?:~?/|(?:\.{1,2}/)+))?[\w\-]+(?:[./\\-][\w\-]+)*\.(?:csv|tsv|txt|md|log|json|xml|html?|parquet|xlsx?|pdf)(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_FILE_START: Final = re.compile(r"^[\u3400-\u9fff]+(?=[A-Za-z0-9])")
_SPLIT: Final = re.compile(
    r"(?P<then>\s*[,;，；。、]?\s*(?:\b(?:and then|after that|afterwards|finally|then)\b|然后|接着|之后|随后|最后|再(?!次))\s*)"
    r"|\s*(?:[,;，；。、:：]|\.(?=\s|$)|[!?！？\n]|\band\b|\bplus\b|\balso\b|并且|以及|同时|(?<!合)并)\s*",
    re.IGNORECASE,
)
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Entity:
    """Something the instruction names."""

    kind: EntityKind
    value: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the instruction: ``text`` in lower case with marks for entities, ``original`` as written.

    ``then``: it works on what the clause before it gave.
    """

    text: str
    original: str
    then: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole instruction."""

    clauses: tuple[Clause, ...]
    entities: tuple[Entity, ...]
    language: Language

    def named(self, kind: EntityKind, text: str = "") -> list[str]:
        """Return the values of the entities of a kind, in ``text`` only when that is given."""
        marked = [self.entities[ord(mark) - _FIRST_MARK] for mark in re.findall(MARK, text)] if text else self.entities
        return [each.value for each in marked if each.kind == kind]


def read(instruction: str) -> Reading:
    """Return the clauses of an instruction; there is at least one when it holds a word."""
    entities: list[Entity] = []

    def keep(match: re.Match[str]) -> str:
        kind: EntityKind = "url" if match["url"] else "quote" if match["quote"] else "file"
        value, before = match.group(), ""
        if kind == "quote":
            value = value[1:-1]
        elif kind == "file" and (led := _FILE_START.match(value)):
            # 分析sales.csv: the verb is no part of the name.
            before, value = led.group(), value[led.end() :]
        entities.append(Entity(kind, value))
        return f"{before}{chr(_FIRST_MARK + len(entities) - 1)}"

    marked = _ENTITY.sub(keep, re.sub(MARK, " ", instruction).strip())
    language: Language = "zh-Hans" if _HAN.search(marked) else "en"
    return Reading(tuple(_clauses(marked, entities)), tuple(entities), language)


def _clauses(marked: str, entities: list[Entity]) -> list[Clause]:
    found: list[Clause] = []
    position, then = 0, False
    for match in [*_SPLIT.finditer(marked), None]:
        part = marked[position : match.start() if match else len(marked)].strip()
        if part:
            original = re.sub(MARK, lambda mark: entities[ord(mark.group()) - _FIRST_MARK].value, part)
            found.append(Clause(part.lower(), original, then))
            then = False
        if match:
            then = then or bool(match["then"])
            position = match.end()
    return found
