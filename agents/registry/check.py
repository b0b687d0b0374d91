"""Is a manifest fit to be registered? Every fault is named with its field."""

import re
from collections.abc import Iterator
from typing import Any, Final

from agents.domain.manifest import Manifest, canonical
from agents.domain.schema_check import check_schema
from agents.registry.errors import InvalidManifestError
from agents.registry.versions import parse

MAX_BYTES: Final = 256 * 1024
COST_MAX: Final = 1e9
MEMORY_MIB_MAX: Final = 64 * 1024
DISK_MIB_MAX: Final = 4 * 1024
"""Of a bundle's scratch folder, which lies in the memory of its node."""
PIDS_MAX: Final = 1024
OPEN_FILES_MAX: Final = 4096
_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ENTRY_POINT: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_TYPES: Final = {"file", "table", "chart"}

Fault = dict[str, str]


def check(manifest: Manifest) -> None:
    """Pass, or raise ``InvalidManifestError`` with ``errors`` = ``[{"field", "message", "code"}]``."""
    faults = [*_names(manifest), *_words(manifest), *_texts(manifest), *_schemas(manifest), *_limits(manifest)]
    if len(canonical(manifest)) > MAX_BYTES:
        faults.append(_fault("", f"The manifest is longer than {MAX_BYTES // 1024} KB.", "too_large"))
    if faults:
        first = faults[0]
        raise InvalidManifestError(
            f"The manifest of “{manifest.name}” is not valid. {first['field'] or 'It'}: {first['message']}",
            errors=faults,
        )


def _fault(field: str, message: str, code: str = "invalid") -> Fault:
    return {"field": field, "message": message, "code": code}


def _is_slug(text: str, most: int = 80) -> bool:
    return len(text) <= most and _SLUG.fullmatch(text) is not None


def _names(manifest: Manifest) -> Iterator[Fault]:
    slug = "must be lower-case letters and digits in words joined by “-”, at most {} characters."
    if not _is_slug(manifest.name):
        yield _fault("/name", "A name " + slug.format(80))
    if len(manifest.version) > 40 or parse(manifest.version) is None:
        yield _fault("/version", f"“{manifest.version}” is no semantic version such as 2.1.0.")
    if not _is_slug(manifest.category, 40):
        yield _fault("/category", "A category " + slug.format(40))
    if not _is_slug(manifest.icon, 60):
        yield _fault("/icon", "An icon is the name of a Tabler icon, such as file-text.")
    if manifest.runtime == "remote":
        if manifest.entry_point:
            yield _fault("/entry_point", "An agent that joins from elsewhere has no entry point.")
    elif not _ENTRY_POINT.fullmatch(manifest.entry_point):
        yield _fault("/entry_point", "An entry point is written package.module:attribute.")


def _words(manifest: Manifest) -> Iterator[Fault]:
    slug = "must be lower-case letters and digits in words joined by “-”, at most 80 characters."
    lists = {"capabilities": manifest.capabilities, "toolset": manifest.toolset, "memory": manifest.memory}
    for field, words in lists.items():
        for index, word in enumerate(words):
            if not _is_slug(word):
                yield _fault(f"/{field}/{index}", f"“{word}” {slug}")
            elif word in words[:index]:
                yield _fault(f"/{field}/{index}", f"“{word}” stands there twice.", "repeated")
    for index, model in enumerate(manifest.models):
        if not _MODEL.fullmatch(model):
            yield _fault(f"/models/{index}", f"“{model[:80]}” is no name of an engine of the LLM router.")
    if not manifest.capabilities:
        yield _fault("/capabilities", "An agent has at least one capability.", "required")


def _texts(manifest: Manifest) -> Iterator[Fault]:
    for field, texts in (("title", manifest.title), ("description", manifest.description)):
        if not texts.get("en", "").strip():
            yield _fault(f"/{field}/en", f"An English {field} is needed.", "required")
        for language, text in texts.items():
            if not _LANGUAGE.fullmatch(language):
                yield _fault(f"/{field}/{language}", "This is no language tag such as en or zh-Hans.")
            elif language != "en" and not text.strip():
                yield _fault(f"/{field}/{language}", f"The {field} is empty.", "required")


def _schemas(manifest: Manifest) -> Iterator[Fault]:
    for side, schema in (("input", manifest.intent.input), ("output", manifest.intent.output)):
        where = f"/intent/{side}"
        faults = check_schema(schema)
        yield from (_fault(where + fault.pointer, fault.message, "schema") for fault in faults)
        if not faults and schema.get("type") != "object":
            yield _fault(where + "/type", f"The {side} must be of type object: its properties are the ports.", "schema")
        if not faults:
            yield from _marks(schema, where)


def _marks(schema: Any, where: str) -> Iterator[Fault]:
    """Find ``x-type`` marks that mean nothing (docs/wire.md, values)."""
    if not isinstance(schema, dict):
        return
    mark = schema.get("x-type")
    if mark is not None and mark not in _TYPES:
        yield _fault(where + "/x-type", f"“{mark}” is none of {', '.join(sorted(_TYPES))}.", "schema")
    for name, part in (schema.get("properties") or {}).items():
        yield from _marks(part, f"{where}/properties/{name}")
    yield from _marks(schema.get("items"), where + "/items")


def _limits(manifest: Manifest) -> Iterator[Fault]:
    limits = manifest.limits
    bounds = {
        "memory_mib": (limits.memory_mib, 1, MEMORY_MIB_MAX),
        "cpu_s": (limits.cpu_s, 0.01, 7 * 24 * 3600),
        "timeout_s": (limits.timeout_s, 0.01, 7 * 24 * 3600),
        "concurrency": (limits.concurrency, 1, 10_000),
        "pids": (limits.pids, 1, PIDS_MAX),
        "open_files": (limits.open_files, 16, OPEN_FILES_MAX),
        "disk_mib": (limits.disk_mib, 1, DISK_MIB_MAX),
    }
    for name, (value, least, most) in bounds.items():
        if not least <= value <= most:
            yield _fault(f"/limits/{name}", f"{value:g} is not between {least:g} and {most:g}.", "out_of_range")
    if not 0 <= manifest.cost <= COST_MAX:
        yield _fault("/cost", f"{manifest.cost:g} is not between 0 and {COST_MAX:g}.", "out_of_range")
