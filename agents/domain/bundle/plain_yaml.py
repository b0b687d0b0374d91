"""YAML as plain data: what JSON can hold too, without aliases, tags, merge keys and other surprises."""

import re
from typing import Any, Final

import yaml

from agents.domain.bundle.limits import MANIFEST_DEPTH_MAX

_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}\Z")
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]{1,300}(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,2})?)\Z")


class BadYamlError(ValueError):
    """The text is not YAML, or more than plain data; the message says where."""


class _PlainLoader(yaml.CSafeLoader):
    """Knows the words of JSON: ``no``, ``on``, ``12:30`` and ``2026-01-01`` are texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _starts in (
    ("bool", re.compile(r"(?:true|false)\Z"), "tf"),
    ("null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""]),
    ("int", _INTEGER, "-+0123456789"),
    ("float", _NUMBER, "-+.0123456789"),
):
    _PlainLoader.add_implicit_resolver(f"{_TAG}{_tag}", _pattern, list(_starts))


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or not key or key == "<<":
            raise BadYamlError(f"line {key_node.start_mark.line + 1}: the name of a field is a text.")
        if key in found:
            raise BadYamlError(f"line {key_node.start_mark.line + 1}: “{key[:40]}” stands there twice.")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _number(loader: Any, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


_PlainLoader.add_constructor(f"{_TAG}map", _mapping)
_PlainLoader.add_constructor(f"{_TAG}int", _integer)
_PlainLoader.add_constructor(f"{_TAG}float", _number)


def read(text: str) -> Any:
    """Return the value of a YAML document; raises ``BadYamlError``."""
    try:
        _look_over(text)
        value = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a CSafeLoader that knows less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise BadYamlError(f"{place}this is not YAML: {error.problem or error.context}.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadYamlError(f"line {line}: there is a character here that YAML does not allow.") from error
    except (UnicodeError, RecursionError) as error:
        raise BadYamlError("this is not YAML that can be read.") from error
    return value


def _look_over(text: str) -> None:
    """Refuse, before anything is built, what could make a small text large, deep or more than data."""
    depth, documents = 0, 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise BadYamlError(f"line {line}: aliases (*{str(event.anchor)[:40]}) are not taken; write it out.")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise BadYamlError(f"line {line}: this is a second document; agent.yaml holds one.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MANIFEST_DEPTH_MAX:
                raise BadYamlError(f"line {line}: there are more than {MANIFEST_DEPTH_MAX} levels in each other.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", f"{_TAG}str", f"{_TAG}map", f"{_TAG}seq"):
            raise BadYamlError(f"line {line}: the tag {tag[:60]} is not taken.")
