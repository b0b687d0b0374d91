"""The manifest of ``memory``."""

from typing import Any, Final

from agents.domain.manifest import IntentSchema, JSONSchema, Manifest, ResourceLimits
from agents.memory.values import MAX_ENTRIES, MAX_NAMES, MAX_TTL_S, NAME_PATTERN, SPACE_PATTERN
from agents.tools import schemas
from agents.tools.schemas import Action, common, described, obj

_SESSION: Final[JSONSchema] = described(
    "Session",
    "会话",
    "The space the keys stand in, such as 'orders' or a user's session. Shared by all workflows.",
    type="string",
    pattern=SPACE_PATTERN,
)
_KEY: Final[JSONSchema] = described("Key", "键", type="string", pattern=NAME_PATTERN)
_VALUE: Final[JSONSchema] = described("Value", "值", "Any JSON value of up to 64 KB.")
_TTL: Final[JSONSchema] = common(
    described(
        "Forget after",
        "过期时间",
        "In seconds, from this change. Empty: never.",
        type=["number", "null"],
        exclusiveMinimum=0,
        maximum=MAX_TTL_S,
        default=None,
    )
)
_EXPECT: Final[dict[str, JSONSchema]] = {
    "expect": described(
        "Only if it holds",
        "仅当当前值为",
        "Another value there is the error memory_conflict; null: nothing may be there.",
    ),
    "expect_revision": described(
        "Only if the revision is",
        "仅当版本号为",
        "As a read gave it; 0: nothing may be there.",
        type=["integer", "null"],
        minimum=0,
        default=None,
    ),
}
_PLACE: Final[dict[str, JSONSchema]] = {"session": _SESSION, "key": _KEY}


def _count(title: str, chinese: str, description: str, maximum: int, default: int) -> dict[str, Any]:
    return described(title, chinese, description, type="integer", minimum=1, maximum=maximum, default=default)


_MOST: Final = _count("Most entries or keys", "最多条数", "Of a list, the newest.", 1000, 100)

MANIFEST: Final = Manifest(
    name="memory",
    version="1.0.0",
    title={"en": "Shared memory", "zh-Hans": "共享记忆"},
    description={
        "en": "Reads, writes, appends to, deletes and lists what workflows and agents remember together, by session and key.",
        "zh-Hans": "按会话和键读取、写入、追加、删除和列出工作流与智能体共同记住的内容。",
    },
    capabilities=("memory", "read-memory", "write-memory", "shared-state"),
    intent=IntentSchema(
        input=schemas.by_action(
            {
                "read": Action(
                    "Read",
                    "读取",
                    {
                        **_PLACE,
                        "limit": _MOST,
                        "default": described("If there is nothing", "无内容时", "Given as the value then."),
                    },
                    ("session", "key"),
                ),
                "write": Action(
                    "Write", "写入", {**_PLACE, "value": _VALUE, "ttl_s": _TTL, **_EXPECT}, ("session", "key", "value")
                ),
                "append": Action(
                    "Append to a list",
                    "追加到列表",
                    {
                        **_PLACE,
                        "value": _VALUE,
                        "ttl_s": _TTL,
                        "max_entries": _count("Keep at most", "最多保留", "The oldest go.", MAX_ENTRIES, 1000),
                    },
                    ("session", "key", "value"),
                ),
                "delete": Action("Delete", "删除", {**_PLACE, **_EXPECT}, ("session", "key")),
                "list": Action(
                    "List keys",
                    "列出键",
                    {
                        "session": _SESSION,
                        "prefix": described("Beginning with", "前缀", type="string", maxLength=256, default=""),
                        "limit": _MOST,
                    },
                    ("session",),
                ),
            }
        ),
        output=obj(
            {
                "found": described("Found", "是否存在", type="boolean"),
                "value": described("Value", "值", "Of a list, its newest entries, oldest first."),
                "revision": described("Revision", "版本号", "Rises with each write.", type=["integer", "null"]),
                "count": described("Count", "数量", "Entries of the list, or keys.", type=["integer", "null"]),
                "entry": described("Entry", "条目", "The id of the appended entry.", type=["string", "null"]),
                "repeated": described("Appended before", "此前已追加", "By an earlier attempt.", type="boolean"),
                "expires_s": described("Expires in", "剩余时间", "In seconds.", type=["number", "null"]),
                "keys": described(
                    "Keys",
                    "键列表",
                    type="array",
                    maxItems=MAX_NAMES,
                    items=obj({"key": {"type": "string"}, "kind": {"enum": ["value", "list"]}}, ("key", "kind")),
                ),
            },
            required=("found", "value", "revision", "count", "entry", "repeated", "expires_s", "keys"),
        ),
    ),
    entry_point="agents.tools.memory.run:run",
    category="data",
    icon="database",
    limits=ResourceLimits(memory_mib=256, cpu_s=30, timeout_s=30, concurrency=64),
)
