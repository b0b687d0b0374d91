"""The manifest of ``http-client``."""

from typing import Any, Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MAX_BYTES: Final = 100 * 1024 * 1024

_STRINGS: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
    "maxProperties": 100,
}

MANIFEST: Final = Manifest(
    name="http-client",
    version="1.0.0",
    title={"en": "HTTP request", "zh-Hans": "HTTP 请求"},
    description={
        "en": "Calls a web address and gives status, headers and body. Private addresses are refused unless the "
        "node allows them.",
        "zh-Hans": "调用网址并返回状态码、响应头和正文。除非节点允许，否则拒绝访问内网地址。",
    },
    capabilities=("http-client", "http-request", "fetch"),
    intent=IntentSchema(
        input=schemas.obj(
            {
                "url": schemas.described(
                    "URL",
                    "网址",
                    "Begins with http:// or https://.",
                    type="string",
                    pattern="^https?://",
                    maxLength=8192,
                ),
                "method": schemas.common(schemas.described("Method", "方法", enum=list(METHODS), default="GET")),
                "headers": schemas.common(schemas.described("Headers", "请求头", default={}, **_STRINGS)),
                "query": schemas.described("Query", "查询参数", "Added to the URL.", default={}, **_STRINGS),
                "json": schemas.common(schemas.described("JSON body", "JSON 正文", "Any JSON value.")),
                "text": schemas.described("Text body", "文本正文", type="string", maxLength=1_000_000),
                "timeout_s": schemas.described(
                    "Time-out", "超时", "In seconds.", type="number", exclusiveMinimum=0, maximum=300, default=30
                ),
                "expected_status": schemas.described(
                    "Expected status",
                    "期望的状态码",
                    "Others are an error. Empty: every status below 400.",
                    type="array",
                    items={"type": "integer", "minimum": 100, "maximum": 599},
                    default=[],
                ),
                "max_bytes": schemas.described(
                    "Largest body",
                    "正文上限",
                    "In bytes.",
                    type="integer",
                    minimum=1,
                    maximum=MAX_BYTES,
                    default=10_485_760,
                ),
                "max_redirects": schemas.described(
                    "Most redirects", "最多重定向次数", type="integer", minimum=0, maximum=10, default=5
                ),
            },
            required=("url",),
        ),
        output=schemas.obj(
            {
                "status": schemas.described("Status", "状态码", type="integer"),
                "headers": schemas.described(
                    "Headers", "响应头", type="object", additionalProperties={"type": "string"}
                ),
                "body": schemas.described("Body", "正文", "JSON or text; null when the body is a file."),
                "file": schemas.file("File", "文件", "A body that is large or not text.", type=["object", "null"]),
                "url": schemas.described("URL", "网址", "After redirects.", type="string"),
                "elapsed_ms": schemas.described("Elapsed", "耗时", "In milliseconds.", type="number", minimum=0),
            },
            required=("status", "headers", "body", "file", "url", "elapsed_ms"),
        ),
    ),
    entry_point="agents.tools.http_client.run:run",
    category="web",
    icon="world-www",
    limits=ResourceLimits(memory_mib=512, cpu_s=60, timeout_s=300, concurrency=32),
)
