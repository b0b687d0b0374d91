"""Sentences and words of English, Chinese and similar texts, without any model."""

import re
from collections import Counter
from typing import Final

_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][\"')\]”’])\s+|\n+|(?<=[。！？])(?![”’」])|(?<=[。！？][”’」])")
"""Where a sentence ends: after its mark and space, after a Chinese mark, at a line break."""
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*|\d+(?:[.,]\d+)*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that is a list of them."""
    return frozenset(text.split())


STOP: Final = word_set(
    "a about after all also am an and any are as at be because been before being between both but by can could did do "
    "does doing during each few for from further had has have having he her here hers him his how i if in into is it "
    "its itself just me more most my no nor not now of off on once only or other our ours out over own said same she "
    "should so some such than that the their theirs them then there these they this those through to too under until "
    "up very was we were what when where which while who whom why will with would you your yours"
)
HAN_STOP: Final = frozenset(
    "的了和是在我有他她它这为之以个们到也着就而于得可你那后对其里所去与很又吗呢吧啊被把从向及等或但"
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order; a line break ends one too."""
    found = (part.strip() for part in _END.split(text))
    return [each for each in found if each]


def terms(text: str) -> list[str]:
    """Return the words that carry meaning, in lower case; of Chinese, pairs of characters."""
    latin = map(str.lower, _WORD.findall(_HAN.sub(" ", text)))
    found = [_singular(word) for word in latin if word not in STOP and len(word) > 1]
    for run in _HAN.findall(text):
        found += [
            run[at : at + 2] for at in range(len(run) - 1) if run[at] not in HAN_STOP and run[at + 1] not in HAN_STOP
        ]
    return found


def frequencies(text: str) -> Counter[str]:
    """Return how often each term stands in a text."""
    return Counter(terms(text))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    plain = word.endswith(("ss", "us", "is"))
    return word[:-1] if len(word) > 3 and word.endswith("s") and not plain else word
