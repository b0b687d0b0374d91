"""What of its variables an expression names, so that nothing else is handed to the CEL library: it copies all it gets."""

from collections.abc import Iterator, Mapping
from typing import Any

from designer.domain.cel_tree import Field, Index, Literal, Look, Name, Tree, inside

Parts = dict[str, "Parts"] | None
"""By name, what is looked at of a value; None: all of it."""


def named_parts(tree: Tree) -> dict[str, Parts]:
    """Return what an expression looks at, by variable; names that its macros bind count as variables of that name."""
    found: dict[str, Parts] = {}
    for name, path in _paths(tree):
        _add(found, name, path)
    return found


def handed_over(parts: Mapping[str, Parts], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables with no more in them than the parts that are named; what is missing stays missing."""
    return {name: _part(variables[name], inner) for name, inner in parts.items() if name in variables}


def _part(value: Any, parts: Parts) -> Any:
    if not isinstance(value, Mapping):
        return value
    if parts is None:
        return value if isinstance(value, dict) else dict(value)
    return {name: _part(value[name], inner) for name, inner in parts.items() if name in value}


def _add(found: dict[str, Parts], name: str, path: tuple[str, ...]) -> None:
    if not path:
        found[name] = None
        return
    inner = found.setdefault(name, {})
    if inner is not None:
        _add(inner, path[0], path[1:])


def _paths(tree: Tree) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(tree, Name):
        yield tree.name, ()
    looked = tree.base if isinstance(tree, Look) and isinstance(tree.base, Name) else None
    if isinstance(tree, Look) and looked is not None:
        yield looked.name, tuple(_fields(tree))
    for each in inside(tree):
        if each is not looked:
            yield from _paths(each)


def _fields(tree: Look) -> Iterator[str]:
    """Yield the names that follow a variable, up to the first call or computed index."""
    for part in tree.parts:
        if isinstance(part, Field):
            yield part.name
        elif isinstance(part, Index) and isinstance(part.key, Literal) and isinstance(part.key.value, str):
            yield part.key.value
        else:
            return
