"""From a workflow document to text that people read and compare."""

import json
from typing import Any, Final

import yaml

from designer.ascode.document import WorkflowDocument, plain
from designer.ascode.scalars import resolve

_WIDE: Final = 100_000
"""Long lines are not folded: a changed word is then a changed line and not a changed paragraph."""
_IN_ONE_LINE: Final = {("source", "target"), ("source", "target", "port"), ("x", "y"), ("port", "expression")}


def to_yaml(document: WorkflowDocument, schema_url: str = "") -> str:
    """Return the document as YAML; ``schema_url`` lets editors complete and check it."""
    head = f"# yaml-language-server: $schema={schema_url}\n" if schema_url else ""
    return head + yaml.dump(
        plain(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE, default_flow_style=False
    )


def to_json(document: WorkflowDocument) -> str:
    """Return the document as JSON."""
    return json.dumps(plain(document), ensure_ascii=False, indent=2) + "\n"


class _Dumper(yaml.CSafeDumper):
    """Writes what YAML 1.1 and 1.2 both read back as it was."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values out each time."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif _is_no_text(value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _is_no_text(value: str) -> bool:
    """Whether a plain scalar would be read as something else; what YAML 1.1 takes for a number or a date PyYAML quotes."""
    try:
        return not isinstance(resolve(value), str)
    except ValueError:
        return True


def _object(dumper: _Dumper, value: dict[str, Any]) -> yaml.MappingNode:
    flow = tuple(value) in _IN_ONE_LINE and not any(isinstance(each, dict | list) for each in value.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flow)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _object)
