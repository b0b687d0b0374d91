"""Register an agent that runs wherever a process joins for it (features A5)."""

from typing import Any, get_type_hints

from django.contrib.auth.models import User

from agentcluster.security import audit
from agents.domain.manifest import Manifest, ResourceLimits
from agents.domain.schema_words import ended, stranger
from agents.domain.short_schema import expand
from agents.models import AgentVersion
from agents.placement import access
from agents.registry.errors import InvalidManifestError
from agents.registry.register import register


def register_remote(
    user: User,
    name: str,
    capabilities: list[str],
    intent_schema: dict[str, Any],
    *,
    version: str = "1.0.0",
    title: dict[str, str] | None = None,
    description: dict[str, str] | None = None,
    limits: dict[str, float] | None = None,
    cost: float = 0.0,
) -> tuple[AgentVersion, bool]:
    """Return the version, and whether it is new; the same content again is no other version.

    Raises ``NotAllowedError``, ``BadInputError`` for a schema in neither form, ``InvalidManifestError`` by field,
    ``VersionTakenError``.
    """
    access.require_register(user)
    words = name.replace("-", " ").capitalize()
    manifest = Manifest(
        name=name,
        version=version,
        title=title or {"en": words},
        description=description or {"en": f"{words}, an agent that runs outside of the nodes."},
        capabilities=tuple(capabilities),
        intent=expand(intent_schema),
        entry_point="",
        limits=_limits(name, limits or {}),
        cost=cost,
        runtime="remote",
    )
    known = set(AgentVersion.objects.filter(agent__name=name, version=version).values_list("pk", flat=True))
    found = register(manifest)
    new = found.pk not in known
    if new:
        audit.announce(user, "agent.register", found.pk, str(found), identity=found.identity)
    return found, new


def _limits(name: str, given: dict[str, float]) -> ResourceLimits:
    known = get_type_hints(ResourceLimits)
    errors: list[dict[str, str]] = []
    for limit, value in given.items():
        if limit not in known:
            message, code = ended(f"“{limit}” {stranger(limit, [*known])}"), "unknown_property"
        elif known[limit] is int and not value.is_integer():
            message, code = f"{value:g} is no whole number.", "type"
        else:
            continue
        errors.append({"field": f"/limits/{limit}", "message": message, "code": code})
    if errors:
        first = errors[0]
        message = f"The manifest of “{name}” is not valid. {first['field']}: {first['message']}"
        raise InvalidManifestError(message, errors=errors)
    return ResourceLimits(**{limit: known[limit](value) for limit, value in given.items()})
