"""The manifest of ``bench-noop``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits

MANIFEST: Final = Manifest(
    name="bench-noop",
    version="1.0.0",
    title={"en": "Do nothing", "zh-Hans": "空操作"},
    description={
        "en": "Returns its input unchanged; measures what a step costs.",
        "zh-Hans": "原样返回输入，用于测量单个步骤的开销。",
    },
    capabilities=("bench-noop",),
    intent=IntentSchema(input={}, output={}),
    entry_point="agents.tools.bench_noop.run:run",
    category="bench",
    icon="gauge",
    limits=ResourceLimits(concurrency=1000),
)
