"""The system's own message types as contracts: registered by themselves, read only, so that they are documented."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from django.db import transaction

from agentcluster import subjects
from agents.cluster.control import NodeAnswer, NodeControl
from agents.cluster.heartbeat import Heartbeat
from agents.cluster.protocol import StatusNote
from agents.contracts import reading
from agents.contracts.actions.register import add_version, digest_of
from agents.contracts.formats import SchemaType
from agents.contracts.models import Contract
from agents.contracts.rejections import Alert
from agents.domain.calls import CallControl, CallReply, CallRequest
from agents.domain.intents import Bids, IntentAward, IntentRequest
from agents.domain.manifest import Manifest

TYPES: Final[dict[str, Any]] = {
    "agent.invoke.v1": CallRequest,
    "agent.reply.v1": CallReply,
    "agent.control.v1": CallControl,
    "agent.manifest.v1": Manifest,
    "node.heartbeat.v1": Heartbeat,
    "node.control.v1": NodeControl,
    "node.answer.v1": NodeAnswer,
    subjects.AGENT_STATUS: StatusNote,
    subjects.INTENT_REQUEST: IntentRequest,
    "intent.bids.v1": Bids,
    subjects.INTENT_AWARD: IntentAward,
    subjects.CONTRACT_ALERT: Alert,
}
"""By the name the envelope's ``schema`` has, or that of the place the message stands in."""


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each message type's name and its JSON Schema."""
    for name, kind in TYPES.items():
        schema = msgspec.json.schema(kind)
        yield name, {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def register_system() -> int:
    """Register what is new or has changed as the next version; return how many versions were made."""
    made = 0
    for name, schema in schemas():
        text = msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode()
        parsed = reading.parse_with(SchemaType.JSON, text, ())
        with transaction.atomic():
            contract, _ = Contract.objects.get_or_create(name=name, defaults={"system": True})
            if not contract.system:
                Contract.objects.filter(pk=contract.pk).update(system=True, pattern="")
            earlier = [*reading.versions(contract)]
            if earlier and earlier[-1].schema.digest == digest_of(parsed, ()):
                continue
            add_version(None, contract, parsed, (), semver="", earlier=earlier)
            made += 1
    return made
