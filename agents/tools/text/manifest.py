"""The manifest of ``text``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas
from agents.tools.schemas import described, obj
from agents.tools.text.actions import CASES

_TEXT: Final = described("Text", "文本", type="string", maxLength=5_000_000)
_PATTERN: Final = described(
    "Regular expression",
    "正则表达式",
    "RE2 syntax: always fast, no back-references.",
    type="string",
    minLength=1,
    maxLength=2000,
)
_IGNORE_CASE: Final = described("Ignore case", "忽略大小写", type="boolean", default=False)


MANIFEST: Final = Manifest(
    name="text",
    version="1.0.0",
    title={"en": "Text", "zh-Hans": "文本"},
    description={
        "en": "Splits, joins, fills templates, extracts, replaces, changes case and counts.",
        "zh-Hans": "拆分、连接、填充模板、提取、替换、大小写转换和计数。",
    },
    capabilities=("text", "split-text", "template", "extract-text"),
    intent=IntentSchema(
        input=schemas.by_action(
            {
                "split": schemas.Action(
                    "Split",
                    "拆分",
                    {
                        "text": _TEXT,
                        "by": described(
                            "At",
                            "分隔符",
                            "A separator. Without one, and without 'into', the text is cut into lines.",
                            type="string",
                            maxLength=100,
                        ),
                        "into": described("Into", "拆分为", enum=["lines", "paragraphs", "words", "chunks"]),
                        "size": described(
                            "Characters in a chunk", "块大小", type="integer", minimum=1, maximum=1000000, default=1000
                        ),
                        "overlap": described(
                            "Characters shared by chunks",
                            "块重叠",
                            type="integer",
                            minimum=0,
                            maximum=100000,
                            default=0,
                        ),
                    },
                    ("text",),
                ),
                "template": schemas.Action(
                    "Fill a template",
                    "填充模板",
                    {
                        "template": described(
                            "Template",
                            "模板",
                            "{{name}} or {{order.id}} stands for a value.",
                            type="string",
                            maxLength=1000000,
                        ),
                        "values": described("Values", "值", type="object"),
                        "missing": described(
                            "A value that is not there", "缺少的值", enum=["error", "empty", "keep"], default="error"
                        ),
                    },
                    ("template", "values"),
                ),
                "extract": schemas.Action(
                    "Extract",
                    "提取",
                    {
                        "text": _TEXT,
                        "pattern": _PATTERN,
                        "ignore_case": _IGNORE_CASE,
                        "limit": described(
                            "Most matches", "最多匹配数", type="integer", minimum=1, maximum=10000, default=1000
                        ),
                    },
                    ("text", "pattern"),
                ),
                "join": schemas.Action(
                    "Join",
                    "连接",
                    {
                        "texts": described(
                            "Texts",
                            "文本列表",
                            type="array",
                            items={"type": ["string", "number", "boolean"]},
                            maxItems=100000,
                        ),
                        "separator": described("Separator", "分隔符", type="string", maxLength=1000, default="\n"),
                    },
                    ("texts",),
                ),
                "replace": schemas.Action(
                    "Replace",
                    "替换",
                    {
                        "text": _TEXT,
                        "find": described("Find", "查找", type="string", minLength=1, maxLength=10000),
                        "pattern": _PATTERN,
                        "replacement": described(
                            "Replace with", "替换为", "With a pattern, \\1 stands for its first group.", type="string"
                        ),
                        "ignore_case": _IGNORE_CASE,
                    },
                    ("text", "replacement"),
                ),
                "case": schemas.Action(
                    "Change case",
                    "大小写转换",
                    {"text": _TEXT, "to": described("To", "转换为", enum=list(CASES))},
                    ("text", "to"),
                ),
                "count": schemas.Action("Count", "计数", {"text": _TEXT}, ("text",)),
            }
        ),
        output=obj(
            {
                "result": described("Result", "结果", "A text, a list of texts or matches, or counts, by action."),
                "count": described("Count", "数量", type="integer", minimum=0),
            },
            required=("result", "count"),
        ),
    ),
    entry_point="agents.tools.text.run:run",
    category="text",
    icon="text-size",
    limits=ResourceLimits(memory_mib=512, cpu_s=30, timeout_s=60, concurrency=8),
    cpu_bound=True,
)
