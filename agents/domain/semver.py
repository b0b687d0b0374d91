"""The order of semantic versions (https://semver.org, rule 11)."""

from functools import lru_cache

Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


@lru_cache(maxsize=4096)
def sort_key(version: str) -> Key:
    """Return what sorts as the version does: ``2.0.0-rc.1`` before ``2.0.0`` before ``10.0.0``."""
    core, dash, rest = version.partition("+")[0].partition("-")
    numbers = tuple(int(part) if part.isdigit() else 0 for part in core.split("."))
    parts = rest.split(".") if dash else []
    return numbers, not dash, tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def newest(versions: set[str]) -> str:
    """Return the highest version, the empty string when there is none."""
    return max(versions, key=sort_key, default="")
