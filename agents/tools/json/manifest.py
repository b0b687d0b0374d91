"""The manifest of ``json``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas
from agents.tools.schemas import described, obj

_VALUE: Final = described("Value", "值", "Any JSON value.")


MANIFEST: Final = Manifest(
    name="json",
    version="1.0.0",
    title={"en": "JSON", "zh-Hans": "JSON"},
    description={
        "en": "Parses, queries (JMESPath or JSON Pointer), merges, validates and formats JSON.",
        "zh-Hans": "解析、查询（JMESPath 或 JSON Pointer）、合并、校验和格式化 JSON。",
    },
    capabilities=("json", "parse-json", "query-json", "validate-json"),
    intent=IntentSchema(
        input=schemas.by_action(
            {
                "parse": schemas.Action(
                    "Parse",
                    "解析",
                    {
                        "text": described("Text", "文本", type="string", maxLength=10000000),
                        "file": schemas.file("JSON file", "JSON 文件", "Instead of a text."),
                        "lines": described("One value a line", "每行一个值", type="boolean", default=False),
                    },
                    (),
                ),
                "query": schemas.Action(
                    "Query",
                    "查询",
                    {
                        "value": _VALUE,
                        "path": described(
                            "Path",
                            "路径",
                            "A JSON Pointer (/items/0/name) or JMESPath (items[?price > `10`].name).",
                            type="string",
                            maxLength=2000,
                        ),
                        "required": described("Must exist", "必须存在", type="boolean", default=False),
                    },
                    ("value", "path"),
                ),
                "merge": schemas.Action(
                    "Merge",
                    "合并",
                    {
                        "values": described(
                            "Values",
                            "值",
                            "Each is laid over those before it (JSON Merge Patch, RFC 7396: null removes).",
                            type="array",
                            minItems=1,
                            maxItems=100,
                        )
                    },
                    ("values",),
                ),
                "validate": schemas.Action(
                    "Validate",
                    "校验",
                    {
                        "value": _VALUE,
                        "schema": described("JSON Schema", "JSON Schema", type=["object", "boolean"]),
                        "fail": described("Fail when it does not fit", "不符合时报错", type="boolean", default=False),
                    },
                    ("value", "schema"),
                ),
                "format": schemas.Action(
                    "Format",
                    "格式化",
                    {
                        "value": _VALUE,
                        "indent": described("Indent", "缩进", type="integer", minimum=0, maximum=8, default=2),
                        "sort_keys": described("Sort keys", "键排序", type="boolean", default=False),
                    },
                    ("value",),
                ),
            }
        ),
        output=obj(
            {
                "value": described("Result", "结果", "Value, text or whether it is valid, by action."),
                "errors": described(
                    "Errors",
                    "错误",
                    "Of 'validate': what does not fit.",
                    type="array",
                    items=obj({each: {"type": "string"} for each in ("pointer", "message", "code")}),
                ),
            },
            required=("value", "errors"),
        ),
    ),
    entry_point="agents.tools.json.run:run",
    category="text",
    icon="braces",
    limits=ResourceLimits(memory_mib=512, cpu_s=30, timeout_s=60, concurrency=8),
    cpu_bound=True,
)
