"""The input of each agent for an operation, read from the clause that asks for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from agents.planner.reading import Reading

PAGE_BYTES: Final = 32 * 1024
"""A page larger than this comes as a file, which the text agents do not take; better an error than half a page."""
_TAGS: Final = r"(?is)<(?:script|style|head|noscript)\b.*?</(?:script|style|head|noscript)>|<!--.*?-->|<[^>]*>"
_PATTERNS: Final = (
    (r"e-?mail|邮箱|邮件", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    (r"link|url|链接|网址", r"https?://[^\s<>\"'，。；）)]+"),
    (r"hash ?tag|标签", r"#\w+"),
    (r"phone|电话", r"\+?\d[\d ()/-]{6,18}\d"),
    (r"date|日期", r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}年\d{1,2}月\d{1,2}日"),
    (r"number|数字", r"[-+]?\d+(?:[.,]\d+)*"),
)
_INTO: Final = (
    ("paragraphs", r"paragraph|段"),
    ("words", r"words?\b|单词|词"),
    ("chunks", r"chunk|pieces?\b|块"),
    ("lines", r"lines?\b|行"),
)
_SENTIMENTS: Final = {"en": ("positive", "negative", "neutral"), "zh-Hans": ("正面", "负面", "中性")}
_FIELD_WORDS: Final = re.compile(
    r"\b(?:extract|pull out|pick|select|query|get)\w*\b|提取|抽取|查询|选取|\bfrom\b.*|字段|[的其出中从]"
    r"|\b(?:fields?|the|json|of|values?|each|all|its|it)\b"
)


@dataclass(frozen=True)
class Ask:
    """What a setting is made from: the clause, the whole reading, and ``value``, the expression of what it works on."""

    clause: str
    reading: Reading
    value: str

    @property
    def quotes(self) -> list[str]:
        """What stands in quotes in the clause."""
        return self.reading.named("quote", self.clause)


def wants_links(clause: str) -> bool:
    """Return whether a clause asks for links, which stand inside the tags of a page."""
    return bool(re.search(_PATTERNS[1][0], clause))


class Unclear(Exception):  # noqa: N818 - it is no failure: the operation does not apply to this clause
    """Something the operation needs is not in the clause; the message says what."""


def literal(text: str) -> str:
    """Return a text that stands for itself in a workflow."""
    return text.replace("${", "$${")


def whole(name: str, **fixed: str) -> Callable[[Ask], dict[str, Any]]:
    """Return a builder for an agent that takes just the value, as the field ``name``."""
    return lambda ask: {**fixed, name: ask.value}


def fetch(ask: Ask) -> dict[str, Any]:
    """GET, small enough for the agents that follow."""
    return {"url": ask.value, "timeout_s": 20, "max_bytes": PAGE_BYTES}


def page_text(page: str) -> str:
    """Return the text of a page, tags and all, from the expression of its body; JSON becomes its text.

    A page that came as a file (no text) fails there: it has no body.
    """
    step = page.removeprefix("${ ").removesuffix(".body }")
    # With a space after it the value is a text, whatever it was.
    return f"${{ {step}.file == null ? {step}.body : {step}.body.text }} "


def plain_text(ask: Ask) -> dict[str, Any]:
    """A page without its tags."""
    return {"action": "replace", "text": page_text(ask.value), "pattern": _TAGS, "replacement": " "}


def parse_file(ask: Ask) -> dict[str, Any]:
    """The JSON in a file."""
    return {"action": "parse", "file": ask.value}


def join(ask: Ask) -> dict[str, Any]:
    """A list as lines."""
    return {"action": "join", "texts": ask.value, "separator": "\n"}


def format_json(ask: Ask) -> dict[str, Any]:
    """A value as JSON text."""
    return {"action": "format", "value": ask.value, "indent": 2}


def summarise(ask: Ask) -> dict[str, Any]:
    """A prompt that the offline engine understands too."""
    count = re.search(r"\b(\d{1,2})\s*(?:-\s*)?sentences?|(\d{1,2})\s*句", ask.clause)
    number = next((each for each in count.groups() if each), "3") if count else "3"
    if ask.reading.language == "en":
        return {"prompt": f"Summarise the following text in {number} sentences:\n\n{ask.value}"}
    return {"prompt": f"用{number}句话总结下面的文本：\n\n{ask.value}"}


def key_phrases(ask: Ask) -> dict[str, Any]:
    """A prompt for the key phrases."""
    count = re.search(r"\b(\d{1,2})\b", ask.clause)
    number = count.group(1) if count else "8"
    if ask.reading.language == "en":
        return {"prompt": f"List the {number} key phrases of the following text, one a line:\n\n{ask.value}"}
    return {"prompt": f"列出下面文本的{number}个关键词，每行一个：\n\n{ask.value}"}


def classify(ask: Ask) -> dict[str, Any]:
    """A prompt with the labels, or positive, negative and neutral when the clause asks for the sentiment."""
    labels = ask.quotes or _labels(ask.clause)
    if len(labels) < 2 and re.search(r"sentiment|情感", ask.clause):
        labels = list(_SENTIMENTS[ask.reading.language])
    if len(labels) < 2:
        raise Unclear("name at least two labels, such as: classify as billing, technical or other")
    if ask.reading.language == "en":
        return {"prompt": f"Classify the following text as {', '.join(map(literal, labels))}:\n\n{ask.value}"}
    return {"prompt": f"将下面的文本分类为{'、'.join(map(literal, labels))}：\n\n{ask.value}"}


def count(ask: Ask) -> dict[str, Any]:
    """Words, lines, characters and more at once."""
    return {"action": "count", "text": ask.value}


def extract(ask: Ask) -> dict[str, Any]:
    """A pattern in quotes, or a well-known form."""
    quotes = ask.quotes
    pattern = quotes[0] if quotes else next((each for words, each in _PATTERNS if re.search(words, ask.clause)), "")
    if not pattern:
        raise Unclear('say what to extract: e-mails, links, numbers, dates, phones, hashtags, or a pattern in "quotes"')
    return {"action": "extract", "text": ask.value, "pattern": literal(pattern)}


def query(ask: Ask) -> dict[str, Any]:
    """A path in quotes, or one field of the value or of each of its entries."""
    if ask.quotes:
        return {"action": "query", "value": ask.value, "path": literal(ask.quotes[0])}
    names = _field_names(ask.clause)
    if not names:
        raise Unclear('name the field to pick, or give a path in "quotes"')
    path = f"{names[0]} || [].{names[0]}"
    if len(names) > 1:
        picked = ", ".join(f"{name}: {name}" for name in names)
        path = f"[].{{{picked}}} || {{{picked}}}"
    return {"action": "query", "value": ask.value, "path": path}


def fields(ask: Ask) -> dict[str, Any]:
    """A schema with a text for each field the clause names."""
    names = ask.quotes or _field_names(ask.clause)
    if not names:
        raise Unclear("name the fields to extract, such as: extract the title and the author")
    schema = {"type": "object", "properties": {literal(name): {"type": ["string", "null"]} for name in names[:20]}}
    say = "Extract the fields from the following text" if ask.reading.language == "en" else "从下面的文本中提取字段"
    return {"prompt": f"{say}:\n\n{ask.value}", "schema": schema}


def split(ask: Ask) -> dict[str, Any]:
    """By a separator in quotes, or into lines, words, paragraphs or chunks."""
    if ask.quotes:
        return {"action": "split", "text": ask.value, "by": literal(ask.quotes[-1])[:100]}
    into = next((name for name, words in _INTO if re.search(words, ask.clause)), "lines")
    size = re.search(r"\b(\d{2,6})\s*(?:characters|chars|letters)\b|(\d{2,6})\s*个?字", ask.clause)
    if size:
        return {"action": "split", "text": ask.value, "into": "chunks", "size": int(size.group(1) or size.group(2))}
    return {"action": "split", "text": ask.value, "into": into}


def case(ask: Ask) -> dict[str, Any]:
    """Upper, lower or title case."""
    to = "lower" if re.search(r"lower|小写", ask.clause) else "title" if "title" in ask.clause else "upper"
    return {"action": "case", "text": ask.value, "to": to}


def replace(ask: Ask) -> dict[str, Any]:
    """The first quotation by the second."""
    quotes = ask.quotes
    if len(quotes) < 2:
        raise Unclear('put both in quotes, such as: replace "colour" with "color"')
    return {"action": "replace", "text": ask.value, "find": literal(quotes[0]), "replacement": literal(quotes[1])}


def emit(ask: Ask) -> dict[str, Any]:
    """The subject after "on" or "to"."""
    named = re.search(r"(?:\b(?:on|to|as|subject)|到|至|主题)\s*([a-z][\w-]*(?:\.[\w-]+)+)", ask.clause)
    subject = ask.quotes[0] if ask.quotes else named.group(1) if named else ""
    if not subject:
        raise Unclear("name the subject to publish on, such as: publish it on orders.done")
    return {"subject": literal(subject), "payload": ask.value}


def _labels(clause: str) -> list[str]:
    match = re.search(r"(?:\b(?:as|into|labels?)\b|为|成|到)\s*(.+)", clause)
    parts = re.split(r"\s*(?:[,/|、，]|\bor\b|或者?|和)\s*", match.group(1)) if match else []
    return [part.strip() for part in parts if 0 < len(part.strip()) <= 60]


def _field_names(clause: str) -> list[str]:
    """Return the names a clause lists, as they may stand in JSON."""
    plain = re.sub(r"[\ue000-\uf8ff]", " ", _FIELD_WORDS.sub(" ", clause))
    parts = (re.sub(r"\W+", "_", part.strip()).strip("_") for part in re.split(r"[,/、，]|\band\b|和|及", plain))
    return [part for part in dict.fromkeys(parts) if part and len(part) <= 60]
