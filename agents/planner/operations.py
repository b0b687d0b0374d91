"""What can be planned: operations of the built-in agents, and of any other agent whose manifest says enough.

An operation takes one kind of value and gives another; which agents there are, and what they can do, the manifests say.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from agents.domain.manifest import JSONSchema, Manifest
from agents.planner import settings
from agents.planner.settings import Ask

Kind = Literal["url", "page", "file", "table", "chart", "text", "list", "value"]
Words = tuple[str, str]
"""English, Chinese."""


@dataclass(frozen=True)
class Operation:
    """``pattern`` finds it in a clause. ``build`` makes the agent's input; ``output`` is the field with the result."""

    name: str
    agent: str
    takes: Kind
    gives: Kind
    output: str
    title: Words
    build: Callable[[Ask], dict[str, Any]]
    pattern: re.Pattern[str] | None = None
    action: str = ""
    changes: bool = False
    """Its text takes the place of the text before; else both are there."""


def _op(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ON_TABLES: Final = {
    "chart": _op(
        r"\b(?:draw\w*|plot\w*|charts?|graphs?|visuali[sz]\w*|diagrams?|trend ?lines?|trends?|histograms?|pie|scatter ?plots?"
        r"|bar ?charts?)\b|画|绘制?|绘图|作图|可视化|(?:趋势|走势|折线|柱状|条形|饼|散点|面积|直方|箱线)图?|图表|生成.{0,6}图"
    ),
    "analyse": _op(
        r"\b(?:analy[sz]\w*|analysis|evaluat\w*|examin\w*|explor\w*|statistics|aggregat\w*|total|sum(?: up)?|add up|average"
        r"|mean|compar\w*|rank\w*|top \d+|group\w*)\b|分析|统计|汇总|合计|求和|对比|比较|排名|前\s*\d+|平均"
    ),
}
LOAD: Final = _op(r"\b(?:read\w*|open\w*|load\w*|import\w*|pars\w*|show)\b|读取?|打开|导入|解析|加载|查看")
COUNT: Final = _op(
    r"\bcount\w*\b|\bhow many\b|统计(?:字数|词数|单词|行数|字符)|计数|数一数|字数|词数|多少[个]?(?:字|词|行|单词)"
)
SUMMARISE: Final = _op(r"\bsummar\w*\b|\btl;?dr\b|\bgist\b|总结|摘要|概括|概述|归纳")

OPERATIONS: Final = (
    Operation(
        "fetch", "http-client", "url", "page", "body", ("Fetch the page", "抓取网页"), settings.fetch,
        _op(r"\b(?:fetch\w*|download\w*|retriev\w*|request\w*|call\w*|visit\w*|scrape|crawl)\b|\bget (?=the page|[\ue000-\uf8ff])"
            r"|抓取|爬取|获取|下载|访问|请求(?=[\ue000-\uf8ff])"),
    ),
    Operation(
        "key_phrases", "llm-router", "text", "text", "text", ("Find the key phrases", "提取关键词"), settings.key_phrases,
        _op(r"(?:\b(?:extract|find|list|get)\w*\b.{0,12})?\bkey ?(?:words?|phrases?|terms?|points?)\b|"
            r"(?:提取|抽取|列出|找出)?(?:关键词|关键字|要点)"),
    ),
    Operation(
        "classify", "llm-router", "text", "text", "text", ("Classify", "分类"), settings.classify,
        _op(r"\bclassif\w*\b|\bcategori[sz]e\w*\b|\bsentiments?\b|情感(?:分析)?|归类|分类(?=为|成|到)"),
    ),
    Operation("count", "text", "text", "value", "result", ("Count", "计数"), settings.count, COUNT, "count"),
    Operation("summarise", "llm-router", "text", "text", "text", ("Summarise", "生成摘要"), settings.summarise, SUMMARISE),
    Operation(
        "extract", "text", "text", "list", "result", ("Extract", "提取"), settings.extract,
        _op(r"(?:\b(?:extract|find|list|collect|pull out|get)\w*\b|提取|抽取|找出|列出|收集).{0,20}?"
            r"(?:\be-?mails?\b|\blinks?\b|\burls?\b|"
            r"\bnumbers?\b|\bdates?\b|\bphones?\b|\bhash ?tags?\b|\bpatterns?\b|邮箱|邮件地址|链接|网址|数字|日期|电话|标签)"),
        "extract",
    ),
    Operation(
        "query", "json", "value", "value", "value", ("Pick from the JSON", "查询 JSON"), settings.query,
        _op(r"(?:\b(?:extract|pick|select|query|get)\w*\b|提取|抽取|查询|选取)(?=.*(?:\bjson\b|\bfields?\b|字段))"), "query",
    ),
    Operation(
        "fields", "llm-router", "text", "value", "data", ("Extract fields", "提取字段"), settings.fields,
        _op(r"\b(?:extract|pull out)\w*\b|提取|抽取"),
    ),
    Operation(
        "split", "text", "text", "list", "result", ("Split", "拆分"), settings.split,
        _op(r"\b(?:split\w*|divide\w*|break(?: it| the \w+)? (?:in)?to|cut)\b|拆分|切分|分割|切成|拆成|分成"), "split",
    ),
    Operation(
        "case", "text", "text", "text", "result", ("Change case", "大小写转换"), settings.case,
        _op(r"(?:\b(?:convert|turn|change|make)\w*\b.{0,20})?\b(?:upper|lower|title)[ -]?case\b"
            r"|(?:转换?为?|变为?|改为?)?[大小]写"),
        "case", True,
    ),
    Operation(
        "replace", "text", "text", "text", "result", ("Replace", "替换"), settings.replace,
        _op(r"\breplac\w*\b|替换"), "replace", True,
    ),
    Operation(
        "format", "json", "value", "text", "value", ("Format the JSON", "格式化 JSON"), settings.format_json,
        _op(r"\bpretty[ -]?print\w*\b|\bformat\w*\b|格式化"), "format", True,
    ),
    Operation(
        "emit", "nats-emit", "value", "value", "subject", ("Publish", "发布消息"), settings.emit,
        _op(r"\b(?:publish\w*|emit\w*|broadcast\w*|notif\w*)\b|发布|推送|广播"),
    ),
)  # fmt: skip
BRIDGES: Final = (
    Operation("fetch", "http-client", "url", "page", "body", ("Fetch the page", "抓取网页"), settings.fetch),
    Operation(
        "plain_text", "text", "page", "text", "result", ("As plain text", "转为纯文本"), settings.plain_text, None, "replace"
    ),
    Operation("json", "json", "file", "value", "value", ("Parse the JSON", "解析 JSON"), settings.parse_file, None, "parse"),
    Operation("read", "file-reader", "file", "text", "text", ("Read the file", "读取文件"), settings.whole("file")),
    Operation("joined", "text", "list", "text", "result", ("As lines", "合并为文本"), settings.join, None, "join"),
    Operation("as_text", "json", "value", "text", "value", ("As text", "转为文本"), settings.format_json, None, "format"),
    Operation(
        "parsed", "json", "text", "value", "value", ("Parse the JSON", "解析 JSON"),
        settings.whole("text", action="parse"), None, "parse",
    ),
)  # fmt: skip
_TYPES: Final[Mapping[str, Kind]] = {"string": "text", "array": "list", "object": "value"}
_MARKS: Final[Mapping[str, Kind]] = {"file": "file", "table": "table", "chart": "chart"}


@dataclass(frozen=True)
class Toolbox:
    """What the agents that are there can do."""

    operations: tuple[Operation, ...]
    bridges: tuple[Operation, ...]
    agents: Mapping[str, Manifest] = field(default_factory=dict)

    def offers(self, agent: str) -> bool:
        """Return whether there is an agent of this name."""
        return agent in self.agents

    def abilities(self) -> list[str]:
        """Return what there is, in words, for those whose instruction was not understood."""
        named = [each.title[0] for each in self.operations]
        drawing = ["Draw a chart"] if self.offers("plotly-render") else []
        tables = ["Analyse a table"] if self.offers("pandas-exec") else []
        return sorted({*named, *drawing, *tables})


def toolbox(manifests: Iterable[Manifest]) -> Toolbox:
    """Return the operations that the agents of these manifests can carry out."""
    agents = {manifest.name: manifest for manifest in manifests}
    own = {each.agent for each in (*OPERATIONS, *BRIDGES)} | {"pandas-exec", "plotly-render", "planner", "memory"}
    others = [manifest for name, manifest in sorted(agents.items()) if name not in own]
    found = [operation for manifest in others if (operation := _of_manifest(manifest)) is not None]
    usable = tuple(each for each in OPERATIONS if _can(agents.get(each.agent), each))
    bridges = [each for each in found if each.takes in _MARKS and each.gives in _MARKS]
    bridges += [each for each in BRIDGES if _can(agents.get(each.agent), each)]
    return Toolbox((*(each for each in found if each not in bridges), *usable), tuple(bridges), agents)


def _can(manifest: Manifest | None, operation: Operation) -> bool:
    if manifest is None:
        return False
    actions = manifest.intent.input.get("properties", {}).get("action", {}).get("enum", ())
    outputs = manifest.intent.output.get("properties", {})
    return operation.output in outputs and (not operation.action or operation.action in actions)


def _of_manifest(manifest: Manifest) -> Operation | None:
    """Return the operation of an agent with one required input; None where more would have to be guessed."""
    required = manifest.intent.input.get("required", [])
    outputs = manifest.intent.output.get("properties", {})
    if len(required) != 1 or not outputs:
        return None
    takes = _kind(manifest.intent.input.get("properties", {}).get(required[0], {}))
    name, schema = next(iter(outputs.items()))
    english, chinese = manifest.title.get("en", manifest.name), manifest.title.get("zh-Hans", manifest.name)
    identifier = re.sub(r"\W+", "_", manifest.name)
    return Operation(
        identifier,
        manifest.name,
        takes,
        _kind(schema),
        name,
        (english, chinese),
        settings.whole(required[0]),
        _called(manifest),
    )


def _kind(schema: JSONSchema) -> Kind:
    mark = str(schema.get("x-type", ""))
    if mark in _MARKS:
        return _MARKS[mark]
    declared = schema.get("type", "")
    return _TYPES.get(declared, "value") if isinstance(declared, str) else "value"


def _called(manifest: Manifest) -> re.Pattern[str]:
    """Return what calls an agent in a sentence: its capabilities and its name, however they end, and its Chinese title."""
    phrases = {manifest.name, *manifest.capabilities}
    stems = [
        r"[ -]".join(re.escape(_stem(word)) + r"\w*" for word in re.split(r"[-_ .]", phrase))
        for phrase in sorted(phrases)
    ]
    chinese = [re.escape(title) for tag, title in manifest.title.items() if tag.startswith("zh") and len(title) > 1]
    return _op("|".join([rf"\b(?:{'|'.join(stems)})\b", *chinese]))


def _stem(word: str) -> str:
    lower = word.lower()
    return lower[:-1] if len(lower) > 4 and lower[-1] in "es" else lower
