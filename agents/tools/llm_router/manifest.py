"""The manifest of ``llm-router``."""

from typing import Any, Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.llm.request import STRATEGIES
from agents.tools.schemas import common, described, obj

_TITLES: Final[dict[str, Any]] = {
    "x-enum-titles": {
        "fallback-chain": {"en": "In order, the next on failure", "zh-Hans": "按顺序，失败时换下一个"},
        "latency-first": {"en": "The fastest", "zh-Hans": "最快的"},
        "cost-aware": {"en": "The cheapest that is fast enough", "zh-Hans": "足够快且最便宜的"},
    }
}
_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}

MANIFEST: Final = Manifest(
    name="llm-router",
    version="1.0.0",
    title={"en": "Ask a language model", "zh-Hans": "询问语言模型"},
    description={
        "en": "Sends a prompt to the language model that fits best, falls back to others, and checks structured answers. "
        "Without a model, a built-in offline engine summarises, finds key phrases, classifies and fills in fields.",
        "zh-Hans": "将提示发送给最合适的语言模型，失败时自动换用其他模型，并校验结构化输出。"
        "没有模型时，内置离线引擎可做摘要、关键词、分类和字段填充。",
    },
    capabilities=("llm", "llm-router", "summarise", "classify", "key-phrases", "extract-data"),
    intent=IntentSchema(
        input=obj(
            {
                "prompt": common(
                    described(
                        "Prompt", "提示", "What to ask, with the text it is about.", type="string", maxLength=1_000_000
                    )
                ),
                "system": common(
                    described(
                        "System message", "系统消息", "How to answer.", type="string", maxLength=100_000, default=""
                    )
                ),
                "schema": common(
                    described(
                        "Output schema",
                        "输出模式",
                        "A JSON Schema; the answer's value, checked against it, stands in 'data'.",
                        type=["object", "null"],
                        default=None,
                    )
                ),
                "messages": described(
                    "Messages",
                    "消息",
                    "A conversation so far; the prompt comes after it.",
                    type="array",
                    maxItems=200,
                    items=obj(
                        {
                            "role": {"enum": ["system", "user", "assistant"]},
                            "content": {"type": "string", "maxLength": 1_000_000},
                        },
                        required=("role", "content"),
                    ),
                    default=[],
                ),
                "strategy": described(
                    "Which engine", "引擎策略", enum=list(STRATEGIES), default="fallback-chain", **_TITLES
                ),
                "engine": described(
                    "Engine",
                    "引擎",
                    "Only this one. Empty: the strategy chooses.",
                    type="string",
                    maxLength=63,
                    default="",
                ),
                "engines": described(
                    "Engines",
                    "候选引擎",
                    "Choose among these only; a fallback chain takes them in this order.",
                    type="array",
                    items={"type": "string", "minLength": 1, "maxLength": 63},
                    maxItems=50,
                    default=[],
                ),
                "model": described(
                    "Model", "模型", "Empty: the engine's own.", type="string", maxLength=200, default=""
                ),
                "temperature": described(
                    "Temperature",
                    "温度",
                    "0: always the likeliest; more: more varied. Empty: the model's own.",
                    type=["number", "null"],
                    minimum=0,
                    maximum=2,
                    default=None,
                ),
                "max_tokens": described(
                    "Most tokens in the answer",
                    "最大输出令牌数",
                    type="integer",
                    minimum=1,
                    maximum=200_000,
                    default=1024,
                ),
                "timeout_s": described(
                    "Time-out of one engine",
                    "单个引擎超时",
                    "In seconds.",
                    type="number",
                    exclusiveMinimum=0,
                    maximum=600,
                    default=60,
                ),
                "sla_ms": described(
                    "Fast enough",
                    "可接受延迟",
                    "In milliseconds, for 'the cheapest that is fast enough'.",
                    type=["number", "null"],
                    exclusiveMinimum=0,
                    default=None,
                ),
            },
        ),
        output=obj(
            {
                "text": described("Text", "文本", type="string"),
                "data": described("Data", "数据", "The value that fits the schema; null without one."),
                "engine": described("Engine", "引擎", type="string"),
                "model": described("Model", "模型", type="string"),
                "usage": described(
                    "Usage",
                    "用量",
                    **obj(
                        {
                            "prompt_tokens": described("Tokens read", "输入令牌", **_COUNT),
                            "completion_tokens": described("Tokens written", "输出令牌", **_COUNT),
                            "cost": described(
                                "Cost", "费用", "In the currency of the prices.", type="number", minimum=0
                            ),
                            "estimated": described("Estimated", "估算", "The engine did not count.", type="boolean"),
                        },
                        required=("prompt_tokens", "completion_tokens", "cost", "estimated"),
                    ),
                ),
                "finish": described("Ended", "结束原因", enum=["stop", "length", "refusal"]),
                "notice": described("Notice", "提示信息", "Says when the offline engine answered.", type="string"),
                "failures": described(
                    "Engines that failed before",
                    "此前失败的引擎",
                    type="array",
                    items=obj({each: {"type": "string"} for each in ("engine", "code", "message")}),
                ),
            },
            required=("text", "data", "engine", "model", "usage", "finish", "notice", "failures"),
        ),
    ),
    entry_point="agents.tools.llm_router.run:run",
    category="reasoning",
    icon="brain",
    limits=ResourceLimits(memory_mib=512, cpu_s=60, timeout_s=600, concurrency=32),
)
