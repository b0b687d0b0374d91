"""The manifest of ``nats-emit``."""

from typing import Final

from agentcluster.subjects import SUBJECT_MAX
from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools.schemas import common, described, obj

MANIFEST: Final = Manifest(
    name="nats-emit",
    version="1.1.0",
    title={"en": "Emit a message", "zh-Hans": "发布消息"},
    description={
        "en": "Publishes any JSON value on a NATS subject, for triggers, other workflows and outside programs.",
        "zh-Hans": "在 NATS 主题上发布任意 JSON 值，供触发器、其他工作流和外部程序使用。",
    },
    capabilities=("nats-emit", "emit", "publish", "notify"),
    intent=IntentSchema(
        input=obj(
            {
                "subject": described(
                    "Subject",
                    "主题",
                    "Words joined by dots, such as orders.placed; no wildcards, none of the system's own.",
                    type="string",
                    minLength=1,
                    maxLength=SUBJECT_MAX,
                ),
                "payload": common(described("Payload", "内容", "Any JSON value.", default=None, **{"x-whole": True})),
                "headers": described(
                    "Headers",
                    "消息头",
                    type="object",
                    additionalProperties={"type": ["string", "number", "boolean"]},
                    maxProperties=50,
                    default={},
                ),
            },
            required=("subject",),
        ),
        output=obj(
            {
                "subject": described("Subject", "主题", type="string"),
                "bytes": described("Size", "大小", "Of the payload, in bytes.", type="integer", minimum=0),
                "stream": described("Stream", "流", "That keeps the message; empty: none does.", type="string"),
                "seq": described("Number", "序号", "In the stream; 0 without one.", type="integer", minimum=0),
                "duplicate": described("Sent before", "此前已发送", "The stream had it already.", type="boolean"),
            },
            required=("subject", "bytes", "stream", "seq", "duplicate"),
        ),
    ),
    entry_point="agents.tools.nats_emit.run:run",
    category="events",
    icon="broadcast",
    limits=ResourceLimits(memory_mib=256, cpu_s=30, timeout_s=30, concurrency=64),
)
