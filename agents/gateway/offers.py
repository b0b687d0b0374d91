"""Which agent somebody joins as: one from the registry, or a manifest it brings (blocking: SQL)."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from agents.contracts.joining import check_manifest
from agents.domain.manifest import Manifest, identity
from agents.gateway.access import Guest, Right, require
from agents.gateway.errors import AgentDisabledError, NotRemoteError, ProtocolError
from agents.gateway.protocol import Hello
from agents.models import Agent, AgentVersion
from agents.registry.check import check
from agents.registry.errors import InvalidManifestError
from agents.registry.names import name_fault
from agents.registry.register import register
from agents.registry.resolve import resolve

REMOTE: Final = "remote"


@dataclass(frozen=True)
class Offer:
    """What the instance will be."""

    manifest: Manifest
    identity: str


def offer(hello: Hello, guest: Guest) -> Offer:
    """Return what ``guest`` joins as.

    Raises NoGrantError, NotRemoteError, AgentDisabledError, ProtocolError, ContractMismatchError (the agent's schemas do
    not fit the contracts there are for it by now), and what the registry says of an unknown agent or version, an invalid
    manifest or a version that has other content.
    """
    return _brought(hello, guest) if bytes(hello.manifest) else _registered(hello, guest)


def callable_agent(guest: Guest, agent: str) -> None:
    """Pass when ``guest`` may give ``agent`` tasks; NoGrantError, AgentDisabledError."""
    require(guest, Right.CALL, agent)
    _enabled(agent)


def joinable(guest: Guest, agent: str) -> None:
    """Pass when ``guest`` may (still) be an instance of ``agent``; NoGrantError, AgentDisabledError."""
    require(guest, Right.JOIN, agent)
    _enabled(agent)


def _registered(hello: Hello, guest: Guest) -> Offer:
    if not hello.agent:
        raise ProtocolError("Say which agent joins: by its name, or with its manifest.", field="/agent")
    require(guest, Right.JOIN, hello.agent)
    return _checked(resolve(hello.agent, hello.version))


def _brought(hello: Hello, guest: Guest) -> Offer:
    manifest = read(bytes(hello.manifest))
    for given, there, field in ((hello.agent, manifest.name, "agent"), (hello.version, manifest.version, "version")):
        if given and given != there:
            raise ProtocolError(f"The manifest is of {there}, not of {given}.", field=f"/{field}")
    check(manifest)
    require(guest, Right.JOIN, manifest.name)
    known = AgentVersion.objects.filter(identity=identity(manifest)).select_related("agent").first()
    if known is None:
        require(guest, Right.REGISTER, manifest.name)
        known = register(manifest)
    return _checked(known)


def read(data: bytes) -> Manifest:
    """Return the manifest in ``data`` (JSON), whose ``runtime`` is remote if it names none; InvalidManifestError."""
    try:
        fields: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
        runtime = fields.setdefault("runtime", REMOTE)
        fields.setdefault("entry_point", "")
        manifest = msgspec.convert(fields, Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidManifestError(f"The manifest cannot be read: {error}.") from error
    if runtime != REMOTE:
        raise NotRemoteError("An agent that joins through the gateway has the runtime “remote”.", field="/runtime")
    return manifest


def _checked(version: AgentVersion) -> Offer:
    manifest = msgspec.convert(version.manifest, Manifest)
    if manifest.runtime != REMOTE:
        raise NotRemoteError(f"{version} runs on the nodes: {NotRemoteError.__doc__}", agent=manifest.name)
    fault = name_fault(manifest.name, REMOTE)
    if fault:
        # It was registered before an agent of that name came with the product.
        raise NotRemoteError(fault, agent=manifest.name)
    _enabled(manifest.name)
    check_manifest(version.manifest, manifest.name)
    return Offer(manifest, version.identity)


def _enabled(agent: str) -> None:
    if Agent.objects.filter(name=agent, enabled=False).exists():
        raise AgentDisabledError(f"The agent {agent} is switched off in the registry.", agent=agent)
