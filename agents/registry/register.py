"""Registering an agent version: the same manifest may come any number of times, from any number of nodes."""

from collections.abc import Iterable

import msgspec
from django.db import transaction
from semver import Version

from agentcluster.ids import sha256_of
from agents.contracts.joining import check_manifest
from agents.domain.manifest import Manifest, identity
from agents.models import Agent, AgentVersion, Capability, IntentSchema
from agents.registry.check import check
from agents.registry.errors import InvalidManifestError, VersionTakenError
from agents.registry.names import name_fault
from agents.registry.search import search_text
from agents.registry.versions import sort_key


def register(manifest: Manifest, files: dict[str, str] | None = None) -> AgentVersion:
    """Return the version with this content, writing it and what it belongs to when it is new.

    ``files`` are the paths and digests of the agent's bundle, part of its identity. Raises ``InvalidManifestError``
    (with ``errors`` by field), ``VersionTakenError`` (with ``registered`` and ``offered`` identity) and
    ``ContractMismatchError`` (with ``errors``: the schemas do not fit the contracts there are for this agent).
    """
    content = identity(manifest, files)
    known = AgentVersion.objects.filter(identity=content).select_related("agent").first()
    if known is not None:
        return known
    check(manifest)
    _check_name(manifest)
    check_manifest(msgspec.to_builtins(manifest), manifest.name)
    return _write(manifest, content)


def _check_name(manifest: Manifest) -> None:
    """Refuse an agent under the name of one of another kind: it would get that one's calls."""
    fault = name_fault(manifest.name, manifest.runtime)
    if fault:
        raise InvalidManifestError(fault, errors=[{"field": "/name", "message": fault, "code": "name_taken"}])


@transaction.atomic
def _write(manifest: Manifest, content: str) -> AgentVersion:
    Agent.objects.get_or_create(name=manifest.name, defaults={"title": manifest.title})
    agent = Agent.objects.select_for_update().get(name=manifest.name)
    # Once more, now that nobody else can register under this name.
    _check_name(manifest)
    taken = AgentVersion.objects.filter(agent=agent, version=manifest.version).first()
    if taken is not None:
        if taken.identity == content:
            return taken
        raise VersionTakenError(
            f"{taken} is registered with other content; give the new content a new version number.",
            registered=taken.identity,
            offered=content,
        )
    parsed = Version.parse(manifest.version)
    version = AgentVersion.objects.create(
        agent=agent,
        version=manifest.version,
        sort_key=sort_key(parsed),
        prerelease=parsed.prerelease is not None,
        identity=content,
        manifest=msgspec.to_builtins(manifest),
        intent_schema=_intent_schema(manifest),
    )
    version.capabilities.set(_capabilities(manifest.capabilities))
    if not agent.versions.exclude(pk=version.pk).filter(prerelease=False, sort_key__gt=version.sort_key).exists():
        _describe(agent, manifest)
    return version


def _intent_schema(manifest: Manifest) -> IntentSchema:
    pair = {"input": manifest.intent.input, "output": manifest.intent.output}
    digest = sha256_of(msgspec.json.encode(pair, order="deterministic"))
    schema, _ = IntentSchema.objects.get_or_create(digest=digest, defaults=pair)
    return schema


def _capabilities(names: Iterable[str]) -> list[Capability]:
    wanted = list(names)
    Capability.objects.bulk_create([Capability(name=name) for name in wanted], ignore_conflicts=True)
    return list(Capability.objects.filter(name__in=wanted))


def _describe(agent: Agent, manifest: Manifest) -> None:
    """The newest version says how people see the agent."""
    agent.title = manifest.title
    agent.description = manifest.description
    agent.category = manifest.category
    agent.icon = manifest.icon
    agent.search_text = search_text(agent, manifest.capabilities)
    agent.save()
