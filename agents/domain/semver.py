"""The order of semantic versions (https://semver.org, rule 11)."""

from collections.abc import Iterable
from functools import lru_cache

from semver import Version


@lru_cache(maxsize=4096)
def parsed(version: str) -> Version:
    """Return the version as something that sorts; what is no semantic version comes before all others."""
    try:
        return Version.parse(version)
    except ValueError:
        return Version(0, 0, 0, "0")


def newest(versions: Iterable[str]) -> str:
    """Return the highest version, the empty string when there is none."""
    return max(versions, key=parsed, default="")
