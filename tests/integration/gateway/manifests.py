"""What the agents of these tests are."""

from typing import Any

import msgspec

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
REMOTE = Manifest(
    name="reverse",
    version="1.0.0",
    title={"en": "Reverse a text"},
    description={"en": "Gives a text back to front."},
    capabilities=("reverse-text",),
    intent=IntentSchema(input={**TEXT, "additionalProperties": True}, output=TEXT),
    entry_point="",
    runtime="remote",
    limits=ResourceLimits(concurrency=2, timeout_s=60.0),
)


def brought(name: str = "shout", **fields: Any) -> dict[str, Any]:
    """Return a manifest as a joining agent writes it, without what the gateway knows."""
    manifest = msgspec.to_builtins(msgspec.structs.replace(REMOTE, name=name, capabilities=("shout",)))
    return {key: value for key, value in {**manifest, **fields}.items() if key not in ("runtime", "entry_point")}
