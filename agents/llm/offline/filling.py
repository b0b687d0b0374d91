"""Filling a JSON Schema from a text: what stands there by name, by form or by choice. What is not there is left out.

All patterns are RE2's: however a text is made, they take time in proportion to its length.
"""

from typing import Any, Final

import re2

from agents.llm.offline.classify import classify
from agents.llm.offline.summary import key_phrases, summarise
from agents.llm.offline.words import sentences

_FORMATS: Final[dict[str, Any]] = {
    "email": re2.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "uri": re2.compile(r"https?://[^\s<>\"'，。；）)]*[^\s<>\"'，。；）).,;:!?]"),
    "date": re2.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    "date-time": re2.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})"),
    "time": re2.compile(r"\b\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})?"),
    "ipv4": re2.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
    "uuid": re2.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"),
}
_BY_NAME: Final = {
    "email": "email", "mail": "email", "e_mail": "email", "邮箱": "email", "url": "uri", "link": "uri", "website": "uri",
    "网址": "uri", "date": "date", "日期": "date", "ip": "ipv4", "uuid": "uuid",
}  # fmt: skip
_NUMBER: Final = r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?"
_SUMMARY: Final = frozenset({"summary", "abstract", "summarization", "摘要", "总结", "概要"})
_TITLE: Final = frozenset({"title", "headline", "subject", "heading", "标题", "主题"})
_PHRASES: Final = frozenset({"keywords", "key_phrases", "keyphrases", "tags", "topics", "phrases", "关键词", "标签"})
_YES: Final = frozenset({"yes", "true", "y", "1", "是", "对", "有"})
_NO: Final = frozenset({"no", "false", "n", "0", "否", "不", "无", "没有"})
_MISSING: Final = object()


def fill(schema: dict[str, Any], text: str) -> Any:
    """Return the value read from the text; what cannot be read is left out (null where the schema allows it)."""
    value = _value("", schema, text)
    return None if value is _MISSING else value


def _value(name: str, schema: Any, text: str) -> Any:
    if not isinstance(schema, dict):
        return _MISSING
    if "const" in schema:
        return schema["const"]
    found = _of_kind(name, schema, text)
    if found is _MISSING and "default" in schema:
        return schema["default"]
    types = schema.get("type", [])
    return None if found is _MISSING and "null" in types and isinstance(types, list) else found


def _of_kind(name: str, schema: dict[str, Any], text: str) -> Any:
    if "enum" in schema:
        return _choice(name, schema, text)
    types = schema.get("type", "object" if "properties" in schema else "string")
    for kind in [types] if isinstance(types, str) else types:
        found = _KINDS.get(kind, _nothing)(name, schema, text)
        if found is not _MISSING:
            return found
    return _MISSING


def _nothing(name: str, schema: dict[str, Any], text: str) -> Any:
    return _MISSING


def _choice(name: str, schema: dict[str, Any], text: str) -> Any:
    labels = [each for each in schema["enum"] if isinstance(each, str)]
    said = _said(name, schema, text)
    if said is not None:
        exact = next((each for each in labels if each.lower() == said.lower()), None)
        if exact is not None:
            return exact
    chosen = classify(text, labels)
    return _MISSING if chosen is None else chosen


def _object(name: str, schema: dict[str, Any], text: str) -> Any:
    fields = {key: _value(key, each, text) for key, each in schema.get("properties", {}).items()}
    return {key: value for key, value in fields.items() if value is not _MISSING}


def _array(name: str, schema: dict[str, Any], text: str) -> Any:
    items = schema.get("items", {})
    item = items if isinstance(items, dict) else {}
    limit = schema.get("maxItems", 8)
    said = _said(name, schema, text)
    if said is not None:
        listed = re2.split(r"[.!?](?:\s|$)|[。！？]", said)[0]
        parts = [part.strip() for part in re2.split(r"[,;、，；]| and ", listed) if part.strip()]
        read = [_value("", item, part) if item.get("type") in ("number", "integer") else part for part in parts]
        return [each for each in read if each is not _MISSING][:limit]
    form = _format(name.rstrip("s"), item)
    if form is not None:
        return list(dict.fromkeys(form.findall(text)))[:limit]
    if item.get("type", "string") == "string" and "enum" in item:
        return [each for each in item["enum"] if isinstance(each, str) and each.lower() in text.lower()][:limit]
    if name.lower() in _PHRASES or (not name and item.get("type", "string") == "string"):
        return key_phrases(text, limit)
    return _MISSING


def _string(name: str, schema: dict[str, Any], text: str) -> Any:
    said = _said(name, schema, text)
    form = _format(name, schema)
    if form is not None:
        match = form.search(said or "") or form.search(text)
        return match.group() if match else _MISSING
    found = said if said is not None else _written(name.lower(), text)
    if found is None:
        return _MISSING
    return found[: schema["maxLength"]] if "maxLength" in schema else found


def _written(name: str, text: str) -> str | None:
    """Return what can be made of the text itself: its summary, or its first sentence as a title."""
    if name in _SUMMARY:
        return summarise(text)
    if name in _TITLE:
        found = sentences(text)
        return found[0].rstrip(".。") if found else None
    return None


def _number(name: str, schema: dict[str, Any], text: str) -> Any:
    said = _said(name, schema, text)
    match = re2.search(f"({_NUMBER})", said) if said else _near(name, schema, text)
    if match is None:
        return _MISSING
    number = float(match.group(1).replace(",", ""))
    if schema.get("type") == "integer" or number.is_integer():
        return int(number) if number.is_integer() else _MISSING
    return number


def _boolean(name: str, schema: dict[str, Any], text: str) -> Any:
    said = _said(name, schema, text)
    word = re2.split(r"[\s,.;，。；]", said.strip())[0].lower() if said else ""
    return True if word in _YES else False if word in _NO else _MISSING


def _near(name: str, schema: dict[str, Any], text: str) -> Any:
    """Return a match whose first group is the number beside one of the field's names: "12 units", "units are 12"."""
    for each in _names(name, schema):
        word = re2.escape(each)
        between = r"[^\d\n]{0,3}?(?:(?:is|are|was|were|of|为|是|共)[^\d\n]{0,3}?)?"
        for pattern in (rf"(?i){word}{between}({_NUMBER})", rf"(?i)(?:^|[^\w.])({_NUMBER})\s*{word}"):
            match = re2.search(pattern, text)
            if match:
                return match
    return None


def _said(name: str, schema: dict[str, Any], text: str) -> str | None:
    """Return what stands after "name:" or "name =" on a line or before the next semicolon."""
    for each in _names(name, schema):
        match = re2.search(rf"(?i)(?:^|[\s;；,，(（*_-]){re2.escape(each)}[ \t*_]*[:=：][ \t]*([^\n;；]+)", text)
        if match:
            return str(match.group(1)).strip().strip("\"'").rstrip(".。")
    return None


def _names(name: str, schema: dict[str, Any]) -> list[str]:
    title = schema.get("title")
    names = [name, name.replace("_", " "), title if isinstance(title, str) else ""]
    return [each for each in dict.fromkeys(names) if each]


def _format(name: str, schema: dict[str, Any]) -> Any:
    return _FORMATS.get(schema.get("format") or _BY_NAME.get(name.lower(), ""))


_KINDS: Final = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
}
