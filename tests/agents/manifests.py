"""The manifests of the test agents."""

from typing import Any

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits


def manifest(
    name: str,
    *,
    cpu_bound: bool = False,
    schema: dict[str, Any] | None = None,
    input: dict[str, Any] | None = None,
    capabilities: tuple[str, ...] = ("test",),
    cost: float = 0.0,
    title: dict[str, str] | None = None,
    **limits: Any,
) -> Manifest:
    """Return the manifest of ``tests.agents.functions:<name>``."""
    return Manifest(
        name=name.replace("_", "-"),
        version="1.2.0",
        title=title or {"en": name},
        description={"en": f"The test agent {name}."},
        capabilities=capabilities,
        cost=cost,
        intent=IntentSchema(input=input or {"type": "object"}, output=schema or {}),
        entry_point=f"tests.agents.functions:{name}",
        limits=ResourceLimits(**limits),
        cpu_bound=cpu_bound,
    )


COUNTED = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
STRICT = Manifest(
    name="strict",
    version="1.2.0",
    title={"en": "strict"},
    description={"en": "Wants an integer."},
    capabilities=("test",),
    intent=IntentSchema(
        input={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}, output=COUNTED
    ),
    entry_point="tests.agents.functions:strict",
)
_SIZED = {
    "type": "object",
    "properties": {
        "rows": {"type": "array"},
        "text": {"$ref": "#/$defs/text"},
        "options": {"anyOf": [{"type": "object"}, {"type": "null"}]},
        "file": {"x-type": "file", "type": "object", "required": ["$artifact"]},
        "either": {"anyOf": [{"x-type": "file", "type": "object"}, {"type": "string"}]},
        "anything": {},
    },
    "additionalProperties": {"type": "string"},
    "$defs": {"text": {"type": "string", "maxLength": 100_000}},
}
LIGHT = (
    STRICT,
    manifest("sizes", input=_SIZED),
    manifest("echo", concurrency=100),
    manifest("counted", concurrency=100),
    manifest("sleeper", concurrency=3),
    manifest("stubborn"),
    manifest("failing"),
    manifest("refusing"),
    manifest("wrong", schema=COUNTED),
    manifest("unwritable"),
    manifest("large"),
    manifest("brief", timeout_s=0.3),
    manifest("publishing"),
    manifest("remembering"),
    manifest("beating"),
    manifest("telling"),
)
HEAVY = (
    manifest("heavy_sizes", cpu_bound=True, input=_SIZED),
    manifest("heavy_echo", cpu_bound=True),
    manifest("heavy_beating", cpu_bound=True),
    manifest("heavy_spin", cpu_bound=True),
    manifest("heavy_exit", cpu_bound=True),
    manifest("heavy_polite", cpu_bound=True),
    manifest("heavy_large", cpu_bound=True),
    manifest("heavy_hungry", cpu_bound=True, memory_mib=400),
    manifest("heavy_cpu", cpu_bound=True, cpu_s=1.0),
    manifest("heavy_strict", cpu_bound=True, schema=COUNTED),
    manifest("heavy_telling", cpu_bound=True),
)
