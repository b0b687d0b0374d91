"""What an agent is: the manifest, and the identity computed from it (features A2, A4)."""

import hashlib
from typing import Any, Literal

import msgspec

JSONSchema = dict[str, Any]


Runtime = Literal["builtin", "bundle", "remote"]
Network = Literal["none", "full"]


class ResourceLimits(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits of one instance: memory in MiB, CPU seconds and wall seconds a call, concurrent calls.

    The others hold for bundles: processes and threads, open files, and MiB of the instance's own scratch folder, which
    lies in memory, too.
    """

    memory_mib: int = 1024
    cpu_s: float = 120.0
    timeout_s: float = 300.0
    concurrency: int = 4
    pids: int = 64
    open_files: int = 256
    disk_mib: int = 256


class IntentSchema(msgspec.Struct, frozen=True):
    """The JSON Schemas (2020-12) of an agent's input and output."""

    input: JSONSchema
    output: JSONSchema


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """``agent.yaml``: everything about an agent version but its files."""

    name: str
    version: str
    title: dict[str, str]
    """Human title by language tag (``en``, ``zh-Hans``)."""
    description: dict[str, str]
    capabilities: tuple[str, ...]
    intent: IntentSchema
    entry_point: str
    """``package.module:attribute`` of the agent's function; empty for ``remote`` agents."""
    category: str = "data"
    icon: str = "robot"
    """A Tabler icon name."""
    toolset: tuple[str, ...] = ()
    limits: ResourceLimits = ResourceLimits()
    cpu_bound: bool = False
    """True: runs in a worker process of the node; false: on the node's event loop."""
    cost: float = 0.0
    """What a call costs, in the unit the installation counts in; for the choice among bids."""
    runtime: Runtime = "builtin"
    """``bundle``: its files run in a sandbox at the node. ``remote``: a process that joins through the gateway or NATS."""
    network: Network = "none"
    """What a bundle asks for; it gets ``full`` only when whoever approved it granted that."""
    memory: tuple[str, ...] = ()
    """Spaces of shared memory the agent reads and writes (features D4)."""
    models: tuple[str, ...] = ()
    """LLM engines the agent wants, by the names they have in the LLM router."""


def held_mib(manifest: Manifest) -> int:
    """Return how many MiB of a machine's memory an instance may hold: its processes, and a bundle's scratch folder."""
    limits = manifest.limits
    return limits.memory_mib + (limits.disk_mib if manifest.runtime == "bundle" else 0)


def canonical(manifest: Manifest) -> bytes:
    """Return the manifest as JSON with sorted keys and no spaces: the same bytes on every machine."""
    # Through the types once: a limit written as 300 and one read back as 300.0 must give the same bytes.
    read_back = msgspec.convert(msgspec.to_builtins(manifest), Manifest)
    return msgspec.json.encode(msgspec.to_builtins(read_back), order="deterministic")


def identity(manifest: Manifest, files: dict[str, str] | None = None) -> str:
    """Return ``agent://sha256:<64 hex>`` over the canonical manifest and each file's path and digest."""
    digest = hashlib.sha256(canonical(manifest))
    for path, file_digest in sorted((files or {}).items()):
        digest.update(f"\n{path}\0{file_digest}".encode())
    return f"agent://sha256:{digest.hexdigest()}"
