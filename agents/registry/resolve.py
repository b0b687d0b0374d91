"""Finding a version by the agent's name."""

from agents.bundles.state import usable
from agents.models import AgentVersion
from agents.registry.errors import UnknownAgentError, UnknownVersionError
from agents.registry.versions import fits, parse


def latest(name: str) -> AgentVersion:
    """Return the newest version of an agent; a pre-release only when there is nothing else.

    Raises ``UnknownAgentError``.
    """
    return _versions(name)[0]


def resolve(name: str, wanted: str = "") -> AgentVersion:
    """Return the version ``wanted``: exact (``2.1.0``), the newest of a range (``^2.1``), or with ``""`` the newest.

    Raises ``UnknownAgentError``, ``UnknownVersionError`` (with the versions there are), ``BadInputError`` for a range
    that cannot be read.
    """
    versions = _versions(name)
    if wanted in ("", "latest"):
        return versions[0]
    if parse(wanted) is not None:
        found = [version for version in versions if version.version == wanted]
    else:
        found = [version for version in versions if (v := parse(version.version)) and fits(v, wanted)]
    if not found:
        there = [version.version for version in versions]
        raise UnknownVersionError(f"{name} has no version {wanted}; it has {', '.join(there[:10])}.", versions=there)
    return found[0]


def _versions(name: str) -> list[AgentVersion]:
    rows = usable(AgentVersion.objects.filter(agent__name=name)).select_related("agent", "intent_schema")
    versions = list(rows.order_by("prerelease", "-sort_key"))
    if not versions:
        raise UnknownAgentError(f"There is no agent “{name}” in the registry.", agent=name)
    return versions
