"""``agent.yaml``: from text to a manifest, with every fault named by its field."""

import re
from typing import Any, Final, get_args, get_type_hints

import msgspec

from agents.domain.bundle.limits import MANIFEST, MANIFEST_MAX_BYTES
from agents.domain.bundle.plain_yaml import BadYamlError, read
from agents.domain.bundle.report import Report
from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits, canonical
from agents.domain.schema_words import ended, stranger
from agents.domain.short_schema import ShortSchemaError, expand

_WORDS: Final = {
    "array": "a list",
    "str": "a text (put it in quotes)",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a mapping of names and values",
    "null": "empty",
}
_EXPECTED: Final = re.compile(r"`([a-z]+)`")
_PLACE: Final = re.compile(r" - at `\$(.*)`$")
_OWN: Final = "This field is needed."
_FROM_CODE: Final = "This field is needed; `agent-coordinator bundle build` takes it from the code."
_NEEDED: Final = ("name", "version", "title", "description", "capabilities", "intent", "entry_point")


def parse_manifest(data: bytes, report: Report) -> Manifest | None:
    """Return the manifest in ``agent.yaml``; None, with faults under ``manifest``, when there is none."""
    report.passed("manifest")
    if len(data) > MANIFEST_MAX_BYTES:
        most = MANIFEST_MAX_BYTES // 1024
        report.fault("manifest", f"It has {len(data):,} bytes; at most {most} KB are taken.", MANIFEST)
        return None
    try:
        value = read(data.decode())
    except UnicodeDecodeError:
        report.fault("manifest", "The text is not UTF-8.", MANIFEST)
        return None
    except BadYamlError as error:
        told = str(error)
        report.fault("manifest", told[:1].upper() + told[1:], MANIFEST)
        return None
    if not isinstance(value, dict):
        report.fault("manifest", "It is a mapping such as “name: my-agent”, one field a line.", MANIFEST)
        return None
    return _manifest(value, report)


def _manifest(value: dict[str, Any], report: Report) -> Manifest | None:
    given = {**_plain_texts(value), "runtime": value.get("runtime", "bundle")}
    hints = get_type_hints(Manifest)
    for name in _NEEDED:
        if name not in given:
            report.fault("manifest", _OWN if name == "entry_point" else _FROM_CODE, f"/{name}")
    for name in given.keys() - hints.keys():
        report.fault("manifest", ended(f"This {stranger(name, [*hints])}"), f"/{name}")
    fields = {name: _field(name, each, hints[name], report) for name, each in given.items() if name in hints}
    if fields.get("runtime") not in (None, "bundle"):
        report.fault("manifest", "The runtime of a bundle is “bundle”; leave the field out.", "/runtime")
    if report.failed("manifest"):
        return None
    if _holds_nul(given):
        report.fault("manifest", "A text holds a NUL character, which databases do not take.", MANIFEST)
        return None
    manifest = Manifest(**fields)
    try:
        canonical(manifest)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        report.fault("manifest", f"It cannot be written as JSON ({error}).", MANIFEST)
        return None
    return manifest


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


def _plain_texts(value: dict[str, Any]) -> dict[str, Any]:
    """Take ``title: Read a file`` for ``title: {en: Read a file}``."""
    texts = {name: value[name] for name in ("title", "description") if isinstance(value.get(name), str)}
    return {**value, **{name: {"en": text} for name, text in texts.items()}}


def _field(name: str, value: Any, kind: Any, report: Report) -> Any:
    if kind is IntentSchema:
        return _intent(value, report)
    if kind is ResourceLimits:
        return _limits(value, report)
    return _converted(value, kind, f"/{name}", report)


def _intent(value: Any, report: Report) -> IntentSchema | None:
    try:
        return expand(value)
    except ShortSchemaError as error:
        for each in error.data["errors"]:
            told = each["message"]
            # Some say what the field is, others are sentences of their own.
            told = f"This {told}" if told.startswith(("is ", "stands ")) else told[:1].upper() + told[1:]
            report.fault("manifest", told, f"/intent{each['field']}")
        return None


def _limits(value: Any, report: Report) -> ResourceLimits | None:
    if not isinstance(value, dict):
        report.fault("manifest", "This must be a mapping such as {memory_mib: 512}.", "/limits")
        return None
    hints = get_type_hints(ResourceLimits)
    for name in value.keys() - hints.keys():
        report.fault("manifest", ended(f"This {stranger(name, [*hints])}"), f"/limits/{name}")
    known = {
        name: _converted(each, hints[name], f"/limits/{name}", report) for name, each in value.items() if name in hints
    }
    return None if None in known.values() else ResourceLimits(**known)


def _converted(value: Any, kind: Any, where: str, report: Report) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _PLACE.search(text)
        inside = re.sub(r"\[(\d+|\.\.\.)\]", r"/\1", found[1]).replace(".", "/") if found else ""
        told = _EXPECTED.sub(lambda match: _WORDS.get(match[1], match[1]), _PLACE.sub("", text))
        told = told.replace("Expected", "This must be").replace(", got", ", not")
        told = told.replace("Invalid enum value", f"This must be one of {', '.join(map(str, get_args(kind)))}, not")
        report.fault("manifest", f"{told}.", where + inside)
        return None
