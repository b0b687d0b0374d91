"""How the panel shows capabilities, schemas, manifests and identities."""

import json
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from agents.domain.manifest import JSONSchema


def chips(words: Iterable[str], most: int = 4) -> SafeString:
    """Return words as chips; beyond ``most`` their number, with the rest in the tooltip."""
    given = list(words)
    shown, rest = given[:most], given[most:]
    html = format_html_join("", '<span class="ac-chip">{}</span>', ((word,) for word in shown))
    if rest:
        html += format_html('<span class="ac-chip ac-more" title="{}">+{}</span>', ", ".join(rest), len(rest))
    return format_html('<span class="ac-chips">{}</span>', html)


def two_lines(first: str, second: str) -> SafeString:
    """Return a line with a quiet one under it."""
    return format_html('<span class="ac-title">{}</span><span class="ac-quiet">{}</span>', first, second)


def mono(text: str, shown: str = "") -> SafeString:
    """Return an id in the fixed-width face, shortened to ``shown``, whole in the tooltip."""
    return format_html('<code class="ac-mono" title="{}">{}</code>', text, shown or text)


def short_identity(identity: str) -> SafeString:
    """Return ``agent://sha256:…`` as its first 12 digits."""
    return mono(identity, identity.removeprefix("agent://sha256:")[:12] + "…")


def document(value: Any) -> SafeString:
    """Return JSON, indented, in a block that scrolls."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html('<pre class="ac-json" tabindex="0">{}</pre>', text)


def schema(value: JSONSchema) -> SafeString:
    """Return a JSON Schema as a table of its fields, with the whole document folded under it."""
    return SafeString(render_to_string("admin/agents/schema.html", {"fields": fields(value), "json": document(value)}))


def fields(value: JSONSchema, path: str = "", depth: int = 0) -> list[dict[str, Any]]:
    """List the properties of an object schema: ``name`` (with its path), ``type``, ``required``, ``text``, ``rules``."""
    rows: list[dict[str, Any]] = []
    required = value.get("required") or []
    for name, part in (value.get("properties") or {}).items():
        if not isinstance(part, dict):
            continue
        here = f"{path}{name}"
        rows.append(
            {
                "name": here,
                "depth": depth,
                "type": _type_of(part),
                "required": name in required,
                "text": part.get("description") or part.get("title") or "",
                "rules": _rules(part),
            }
        )
        if depth < 4 and "x-type" not in part:
            rows += fields(part, f"{here}.", depth + 1)
            items = part.get("items")
            if isinstance(items, dict):
                rows += fields(items, f"{here}[].", depth + 1)
    return rows


def _type_of(part: JSONSchema) -> str:
    if "x-type" in part:
        return str(part["x-type"])
    if "const" in part:
        return "constant"
    kind = part.get("type")
    if isinstance(kind, list):
        return " or ".join(str(each) for each in kind)
    if kind == "array" and isinstance(part.get("items"), dict):
        return f"list of {_type_of(part['items'])}"
    if kind:
        return str(kind)
    return "one of several" if "oneOf" in part or "anyOf" in part else "any"


_RULES = {
    "const": "= {}",
    "default": "default {}",
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "minLength": "length ≥ {}",
    "maxLength": "length ≤ {}",
    "minItems": "items ≥ {}",
    "maxItems": "items ≤ {}",
    "pattern": "matches {}",
    "format": "{}",
}


def _rules(part: JSONSchema) -> list[str]:
    rules = [
        words.format(json.dumps(part[key], ensure_ascii=False) if key in ("const", "default") else part[key])
        for key, words in _RULES.items()
        if key in part
    ]
    if "enum" in part:
        rules.append("one of " + ", ".join(json.dumps(each, ensure_ascii=False) for each in part["enum"]))
    return rules


def badge(text: str, colour: str, title: str = "") -> SafeString:
    """Return a word on a ground of one of the colours ``green``, ``amber``, ``red``, ``grey``."""
    return format_html('<span class="ac-badge ac-{}" title="{}">{}</span>', colour, title, text)
