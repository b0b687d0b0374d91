"""Words the planner knows besides those of operations: what may stand beside them, and what nobody here can do."""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLING: Final = _words(
    "a an the this that these those my our your their its it them all each every some any of in on at to from for by "
    "per with as into out over using use via is are be was were me us you i we please kindly can could would will "
    "should want need like let lets have has do does make give get then now just only me what which how many much "
    "result results output outputs data table tables file files text texts page pages content contents document "
    "documents website site web address url link article body response answer report reports sheet column columns "
    "row rows list lists item items entries entry value values field fields number numbers word words line lines "
    "character characters letter letters sentence sentences paragraph paragraphs chunk chunks week weeks weekly month "
    "months monthly day days daily quarter quarters quarterly year years yearly hour hours hourly date dates time "
    "times total totals sum average mean median maximum minimum max min highest lowest largest smallest trend trends "
    "chart charts graph graphs picture plot image figure figures line bar pie area scatter box histogram json csv tsv "
    "html email emails mail addresses links urls phone phones summary phrases key main points topic topics sales "
    "revenue amount price units quantity region product category customer name names short long new brief quick up "
    "end start development over nice good first last top bottom best worst back there here one two three"
)
HAN_FILLING: Final = _words(
    "看看 看一下 展示 显示 请 帮我 帮忙 麻烦 把 将 用 对 从 由 给 我 你 它 它们 这 这个 这份 该 那 那个 其 其中 的 地 得 了 "
    "着 和 与 及 或 在 里 中 内 上 下 为 成 到 按 按照 根据 以 一下 一个 一份 一张 个 份 张 每 每个 "
    "各 各个 所有 全部 文件 数据 表格 表 文本 文字 内容 网页 页面 网址 地址 链接 网站 文章 文档 报告 "
    "结果 图 图表 图片 图像 趋势 走势 变化 周 月 日 天 季度 年 每周 每月 每日 每天 每年 每季度 行 列 "
    "字 字数 单词 词 段落 段 句子 字符 总数 总和 合计 平均 平均值 最大 最小 最高 最低 销售 销售额 "
    "销量 收入 金额 价格 数量 地区 区域 产品 类别 客户 渠道 邮箱 邮件地址 电话 数字 日期 关键 要点 "
    "情况 需要 想 要 想要 出来 出 下来 进行 并 后 之后 先 首先 "
)
CANNOT: Final = re.compile(
    r"\b(?:translat\w*|e-?mail(?:ing)? (?:it|them|the|to|this)|send|upload|deploy|train|predict\w*|forecast\w*|buy|book|pay"
    r"|print|play|delete|remove|install|schedule|remind\w*|post to|tweet|record|encrypt|compress|rename)\b"
    r"|翻译|发邮件|发送|寄给|上传|部署|训练|预测|购买|预订|支付|打印|播放|删除|安装|提醒|录制|加密|压缩"
)
_WORD: Final = re.compile(r"[^\W\d_\u3400-\u9fff][\w'’-]*", re.UNICODE)
_HAN_RUN: Final = re.compile(r"[\u3400-\u9fff]+")
_BEFORE_OBJECT: Final = frozenset(
    {
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "my",
        "our",
        "your",
        "all",
        "each",
        "every",
        "it",
        "them",
        "to",
        "me",
        "us",
    }
)
_HAN_SORTED: Final = re.compile("|".join(sorted(map(re.escape, HAN_FILLING), key=len, reverse=True)))


def strange_words(text: str) -> list[str]:
    """Return the words of a text that are not known here, in order."""
    latin = [(match.start(), match.group()) for match in _WORD.finditer(text) if match.group() not in FILLING]
    han = [(run.start(), rest) for run in _HAN_RUN.finditer(text) for rest in _HAN_SORTED.sub(" ", run.group()).split()]
    return [word for _, word in sorted(latin + han)]


def begins_with_strange_verb(text: str) -> bool:
    """Return whether a text begins with an unknown word that is followed by its object: "translate the report"."""
    begin = re.match(r"\s*(?:please\s+|请|帮我)*", text)
    rest = text[begin.end() :] if begin else text
    word = re.match(r"([^\W\d_\u3400-\u9fff][\w'’-]*)\s*(?:(\w+)|([\ue000-\uf8ff]))?", rest)
    if word:
        unknown = word.group(1) not in FILLING
        return unknown and (word.group(3) is not None or (word.group(2) or "") in _BEFORE_OBJECT)
    han = re.match(r"([\u3400-\u9fff]+?)(?=这|该|那|[\ue000-\uf8ff])", rest)
    return bool(han) and bool(_HAN_SORTED.sub("", han.group(1) if han else ""))
