"""The manifest of ``text``."""

from typing import Final

from agents.domain.manifest import IntentSchema, JSONSchema, Manifest, ResourceLimits
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


def _action(action: str, title: str, chinese: str, required: tuple[str, ...], /, **fields: JSONSchema) -> JSONSchema:
    properties = {"action": {"const": action}, **fields}
    return {**described(title, chinese), **obj(properties, ("action", *required))}


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
        input={
            "type": "object",
            "oneOf": [
                _action(
                    "split",
                    "Split",
                    "拆分",
                    ("text",),
                    text=_TEXT,
                    by=described(
                        "At",
                        "分隔符",
                        "A separator. Without one, and without 'into', the text is cut into lines.",
                        type="string",
                        maxLength=100,
                    ),
                    into=described("Into", "拆分为", enum=["lines", "paragraphs", "words", "chunks"]),
                    size=described(
                        "Characters in a chunk", "块大小", type="integer", minimum=1, maximum=1_000_000, default=1000
                    ),
                    overlap=described(
                        "Characters shared by chunks", "块重叠", type="integer", minimum=0, maximum=100_000, default=0
                    ),
                ),
                _action(
                    "template",
                    "Fill a template",
                    "填充模板",
                    ("template", "values"),
                    template=described(
                        "Template",
                        "模板",
                        "{{name}} or {{order.id}} stands for a value.",
                        type="string",
                        maxLength=1_000_000,
                    ),
                    values=described("Values", "值", type="object"),
                    missing=described(
                        "A value that is not there", "缺少的值", enum=["error", "empty", "keep"], default="error"
                    ),
                ),
                _action(
                    "extract",
                    "Extract",
                    "提取",
                    ("text", "pattern"),
                    text=_TEXT,
                    pattern=_PATTERN,
                    ignore_case=_IGNORE_CASE,
                    limit=described(
                        "Most matches", "最多匹配数", type="integer", minimum=1, maximum=10_000, default=1000
                    ),
                ),
                _action(
                    "join",
                    "Join",
                    "连接",
                    ("texts",),
                    texts=described(
                        "Texts",
                        "文本列表",
                        type="array",
                        items={"type": ["string", "number", "boolean"]},
                        maxItems=100_000,
                    ),
                    separator=described("Separator", "分隔符", type="string", maxLength=1000, default="\n"),
                ),
                _action(
                    "replace",
                    "Replace",
                    "替换",
                    ("text", "replacement"),
                    text=_TEXT,
                    find=described("Find", "查找", type="string", minLength=1, maxLength=10_000),
                    pattern=_PATTERN,
                    replacement=described(
                        "Replace with", "替换为", r"With a pattern, \1 stands for its first group.", type="string"
                    ),
                    ignore_case=_IGNORE_CASE,
                ),
                _action(
                    "case",
                    "Change case",
                    "大小写转换",
                    ("text", "to"),
                    text=_TEXT,
                    to=described("To", "转换为", enum=list(CASES)),
                ),
                _action("count", "Count", "计数", ("text",), text=_TEXT),
            ],
        },
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
