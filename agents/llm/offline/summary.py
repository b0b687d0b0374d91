"""Extractive summaries and key phrases: sentences and phrases of the text itself, chosen by counting.

Sentences by the frequency of their terms (H. P. Luhn, 1958, normalised by length), phrases by RAKE
(S. Rose et al., 2010: words between stop words, scored by degree over frequency).
"""

import math
import re
from collections import Counter, defaultdict
from typing import Final

from agents.llm.offline.words import HAN_STOP, STOP, frequencies, sentences, terms

_PHRASE_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*|[\u3400-\u9fff]+|[^\w\s]+|\d+")
_HAN_RUN: Final = re.compile(r"[\u3400-\u9fff]{2,}")
LONGEST_PHRASE: Final = 4
COMPARED: Final = 500
"""So many of the most frequent Chinese phrases are compared with each other."""


def summarise(text: str, count: int = 3) -> str:
    """Return the ``count`` sentences that say most of the text, in their order; a short text comes back whole."""
    found = sentences(text)
    if len(found) <= count:
        return " ".join(found)
    weight = frequencies(text)
    scored = [(_score(sentence, weight, at, len(found)), -at) for at, sentence in enumerate(found)]
    best = sorted(-at for _, at in sorted(scored, reverse=True)[:count])
    return " ".join(found[at] for at in best)


def key_phrases(text: str, count: int = 8) -> list[str]:
    """Return the phrases that name what a text is about, the weightiest first."""
    candidates = _candidates(text)
    frequency: Counter[str] = Counter()
    degree: dict[str, int] = defaultdict(int)
    for phrase in candidates:
        for word in phrase:
            frequency[word] += 1
            degree[word] += len(phrase)
    scores: dict[str, float] = {}
    for phrase in candidates:
        scores[" ".join(phrase)] = sum(degree[word] / math.sqrt(frequency[word]) for word in phrase)
    scores.update(_han_phrases(text))
    ranked = sorted(scores, key=lambda phrase: (-scores[phrase], phrase))
    return ranked[:count]


def _score(sentence: str, weight: Counter[str], at: int, total: int) -> float:
    words = terms(sentence)
    if len(words) < 3:
        return 0.0
    # The first sentence of a text mostly says what it is about; the rest is Luhn's.
    place = 1.25 if at == 0 else 1.1 if at == total - 1 else 1.0
    return place * sum(weight[word] for word in words) / (math.sqrt(len(words)) + 2)


def _candidates(text: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for line in text.splitlines():
        phrase: list[str] = []
        for token in [*_PHRASE_WORD.findall(line.lower()), "."]:
            if token in STOP or not token[0].isalpha() or _HAN_RUN.match(token) or len(token) < 2:
                if 0 < len(phrase) <= LONGEST_PHRASE:
                    found.append(tuple(phrase))
                phrase = []
            else:
                phrase.append(token)
    return found


def _han_phrases(text: str) -> dict[str, float]:
    """Return Chinese phrases that stand in the text at least twice, each not inside a longer one as frequent."""
    counts: Counter[str] = Counter()
    for run in _HAN_RUN.findall(text):
        for length in range(2, LONGEST_PHRASE + 1):
            counts.update(run[at : at + length] for at in range(len(run) - length + 1))
    often = {
        each: number
        for each, number in counts.most_common(COMPARED)
        if number > 1 and each[0] not in HAN_STOP and each[-1] not in HAN_STOP
    }
    inside = {
        each for each in often if any(each != more and each in more and often[more] >= often[each] for more in often)
    }
    whole = often.keys() - inside
    return {each: float(often[each] * len(each)) for each in whole}
