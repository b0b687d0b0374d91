"""Counts words."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from agentcluster.sdk import AgentError, agent

# A Chinese or Japanese character counts as a word of its own: there are no spaces to go by.
WORD = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]|[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass
class Word:
    """A word in lower case, and how often it comes."""

    word: str
    times: int


@dataclass
class WordCount:
    """All words, different words, characters, and the most common words."""

    words: int
    different: int
    characters: int
    most_common: list[Word]


@agent(name="word-count", version="1.0.0", capabilities=["word-count"])
async def count(
    text: Annotated[str, Meta(max_length=1_000_000, description="The text to count in.")],
    top: Annotated[int, Meta(ge=1, le=100, description="How many of the most common words to name.")] = 10,
) -> WordCount:
    """Counts the words of a text and names those that come most often."""
    words = [word.lower() for word in WORD.findall(text)]
    if not words:
        raise AgentError("no_words", "There is not a single word in the text.", field="/text")
    counted = Counter(words)
    return WordCount(len(words), len(counted), len(text), [Word(*each) for each in counted.most_common(top)])
