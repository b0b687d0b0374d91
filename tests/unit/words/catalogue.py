"""What the page makes of a sentence of the server, as ``frontend/src/i18n/serverWords.ts`` does."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "frontend" / "src" / "i18n"
PLACE = re.compile(r"\{\{(\w+)\}\}")


class Told(NamedTuple):
    """A sentence in the reader's language, and the values in it that have no words of their own."""

    words: str
    values: tuple[str, ...] = ()


class _Sentence(NamedTuple):
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    letters: int
    words: str

    @property
    def says_enough(self) -> bool:
        """Whether it is looked for without a code."""
        return not self.names or self.letters >= (15 if self.pattern.pattern.startswith("(.+?)") else 8)


class Catalogue:
    """The sentences of one language, by code."""

    def __init__(self, language: str) -> None:
        """Read ``problems.json``."""
        self.sentences: dict[str, dict[str, str]] = json.loads((FOLDER / language / "problems.json").read_text())

    @cached_property
    def _known(self) -> dict[str, list[_Sentence]]:
        return {code: [_read(*each) for each in known.items() if each[0]] for code, known in self.sentences.items()}

    def told(self, code: str, message: str) -> Told | None:
        """Return what the page shows for a message with a code, None when it has no words."""
        found = self._found(message, (code, "*"), ("@value", "*", code))
        fallback = self.sentences.get(code, {}).get("")
        return found or (Told(fallback) if fallback else None)

    def told_without_code(self, message: str) -> Told | None:
        """Return what the page shows where the code is not at hand."""
        codes = tuple(code for code in self.sentences if not code.startswith("@"))
        return self._found(message, codes, ("@value", "*"), says_enough=True)

    def told_anywhere(self, message: str) -> Told | None:
        """Return what the page shows for a message under whatever code it may come."""
        found = self._found(message, tuple(self.sentences), ("@value", "*"))
        help_words = self.sentences["@help"].get(message)
        return found or (Told(help_words) if help_words else None)

    def _found(
        self, message: str, codes: tuple[str, ...], values_in: tuple[str, ...], *, says_enough: bool = False
    ) -> Told | None:
        fitting = [
            (each, match)
            for code in codes
            for each in self._known.get(code, ())
            if (not says_enough or each.says_enough) and (match := each.pattern.fullmatch(message)) is not None
        ]
        if not fitting:
            return None
        best, match = max(fitting, key=lambda one: one[0].letters)
        values = dict(zip(best.names, match.groups(), strict=True))
        inner = {
            name: self._value(value, values_in) for name, value in values.items() if name in PLACE.findall(best.words)
        }
        words = PLACE.sub(lambda place: inner[place[1]].words if place[1] in inner else "", best.words)
        return Told(words, tuple(value for told in inner.values() for value in told.values))

    def _value(self, value: str, codes: tuple[str, ...]) -> Told:
        found = self._found(value, codes, codes)
        if found is not None or "; " not in value:
            return found or Told(value, (value,))
        parts = [self._value(part, codes) for part in value.split("; ")]
        return Told("；".join(part.words for part in parts), tuple(left for part in parts for left in part.values))


def _read(sentence: str, words: str) -> _Sentence:
    parts = PLACE.split(sentence)
    said = parts[::2]
    pattern = re.compile("(.+?)".join(map(re.escape, said)), re.S)
    return _Sentence(pattern, tuple(parts[1::2]), sum(letter.isalpha() for letter in "".join(said)), words)
