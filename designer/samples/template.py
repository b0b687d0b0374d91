"""Templates as they lie on disk: a folder with ``template.json`` and the files of its sample input."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster.errors import NotFoundError
from designer.domain.graph import Graph

FOLDER: Final = Path(__file__).parent
_ORDER: Final = (
    "analyse-sales",
    "order-fulfilment",
    "incident-triage",
    "research-and-review",
    "nightly-report",
    "batch-import",
    "compare-regions",
    "fetch-json",
)


class UnknownTemplateError(NotFoundError):
    """There is no such template."""

    code = "unknown_template"


class Template(msgspec.Struct, frozen=True):
    """A workflow to start from.

    In ``sample_input`` a file stands as ``{"sample": "<file name>"}``; ``sample_file`` gives its path, and whoever
    starts a run puts the uploaded file's reference in its place.
    """

    name: str
    title: str
    description: str
    icon: str
    graph: Graph
    sample_input: dict[str, Any] = {}
    needs: tuple[str, ...] = ()
    """Templates whose workflows this one runs in its steps, under their own names."""


def templates() -> list[Template]:
    """Return all templates, the one to begin with first."""
    return [template(name) for name in _ORDER]


@cache
def template(name: str) -> Template:
    """Return one template; ``UnknownTemplateError``."""
    if name not in _ORDER:
        raise UnknownTemplateError(f"There is no template '{name}'; there are {', '.join(_ORDER)}.", name=name)
    return msgspec.json.decode((_folder(name) / "template.json").read_bytes(), type=Template)


def sample_file(name: str, file: str) -> Path:
    """Return the path of a file that a template's sample input names; ``UnknownTemplateError`` when it has none."""
    named = {value["sample"] for value in template(name).sample_input.values() if _is_sample(value)}
    # Templates may share a file; it then lies with the first of them.
    found = [path for path in (_folder(name) / file, _folder(_ORDER[0]) / file) if file in named and path.is_file()]
    if not found:
        raise UnknownTemplateError(f"The template '{name}' has no file '{file}'.", name=name)
    return found[0]


def _is_sample(value: Any) -> bool:
    return isinstance(value, dict) and "sample" in value


def _folder(name: str) -> Path:
    return FOLDER / name.replace("-", "_")
