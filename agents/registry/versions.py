"""Semantic versions as the database sorts them, and ranges of them."""

from semver import Version

from agentcluster.errors import BadInputError


def parse(version: str) -> Version | None:
    """Return the semantic version, or None when it is none (https://semver.org)."""
    try:
        return Version.parse(version)
    except ValueError:
        return None


def sort_key(version: Version) -> str:
    """Return text that any collation sorts as rule 11 of semver.org says; only digits and ``a`` to ``f`` in it."""
    core = "".join(_number(part) for part in (version.major, version.minor, version.patch))
    if version.prerelease is None:
        return core + "1"
    return core + "0" + "".join(_identifier(part) for part in version.prerelease.split("."))


def _number(value: int) -> str:
    digits = str(value)
    return f"{len(digits):02d}{digits}"


def _identifier(part: str) -> str:
    return "1" + _number(int(part)) if part.isdigit() else "2" + part.encode().hex() + "0"


def fits(version: Version, wanted: str) -> bool:
    """Say whether a version is in a range: ``^2.1``, ``~2.1.3``, ``>=1.2.0,<3.0.0``, ``2.1`` or ``2`` (all of it).

    Pre-releases fit only a range that names one. Raises ``BadInputError`` for a range that cannot be read.
    """
    if version.prerelease and "-" not in wanted:
        return False
    return all(_fits_one(version, part.strip()) for part in wanted.split(","))


def _fits_one(version: Version, part: str) -> bool:
    try:
        if part[:1] == "^":
            low = _padded(part[1:])
            top = low.bump_major() if low.major else low.bump_minor() if low.minor else low.bump_patch()
            return low <= version < top
        if part[:1] == "~":
            low = _padded(part[1:])
            return low <= version < (low.bump_minor() if "." in part else low.bump_major())
        if part[:1] in "<>=!":
            return version.match(part)
        low = _padded(part)
        return low <= version < (low.bump_minor() if "." in part else low.bump_major())
    except ValueError as error:
        raise BadInputError(f"“{part}” is not a version or a range such as ^2.1 or >=1.2.0,<3.0.0.") from error


def _padded(text: str) -> Version:
    core, dash, rest = text.partition("-")
    return Version.parse(core + ".0" * (2 - core.count(".")) + dash + rest)
