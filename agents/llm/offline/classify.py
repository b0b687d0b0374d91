"""Which of the given labels fits a text: by its words, and by a small list of words of feeling and urgency."""

from collections.abc import Sequence
from typing import Final

from agents.llm.offline.words import terms, word_set

_KIN: Final[dict[str, frozenset[str]]] = {
    "positive": word_set(
        "good great excellent love loved like happy thank thanks perfect wonderful amazing best pleased fast helpful "
        "recommend satisfied enjoy enjoyed nice 喜欢 满意 很好 不错 优秀 推荐 感谢 完美 开心 好评"
    ),
    "negative": word_set(
        "bad poor terrible awful hate hated broken late never worst disappointed disappointing slow angry refund wrong "
        "fail failed useless problem complaint damaged defective 糟糕 失望 差评 退款 问题 投诉 损坏 很差 讨厌 错误 不满"
    ),
    "urgent": word_set("urgent immediately asap now emergency critical outage down today 紧急 立即 马上 尽快 故障"),
    "billing": word_set("bill invoice payment charge charged refund price card paid 发票 付款 账单 扣款 退款 费用"),
    "technical": word_set("error crash bug login install update server code exception 错误 崩溃 登录 安装 服务器"),
    "question": word_set("how what why when where can could does 怎么 如何 为什么 什么 吗"),
}
_ALIKE: Final[dict[str, str]] = {
    "pos": "positive", "good": "positive", "happy": "positive", "正面": "positive", "积极": "positive", "好评": "positive",
    "neg": "negative", "bad": "negative", "complaint": "negative", "负面": "negative", "消极": "negative",
    "差评": "negative", "high": "urgent", "critical": "urgent", "紧急": "urgent", "payment": "billing", "invoice": "billing",
    "账单": "billing", "support": "technical", "bug": "technical", "技术": "technical", "inquiry": "question", "问题": "question",
}  # fmt: skip
_NEUTRAL: Final = frozenset({"neutral", "other", "none", "unknown", "normal", "中性", "其他", "未知"})


def classify(text: str, labels: Sequence[str]) -> str | None:
    """Return the label the text speaks for, a neutral one when it speaks for none; None when that cannot be said."""
    words = terms(text) + [word.lower() for word in text.split()]
    lower = text.lower()
    scores = {label: _score(label, words, lower) for label in labels}
    best = max(scores.values(), default=0.0)
    if best > 0:
        first = [label for label in labels if scores[label] == best]
        return first[0] if len(first) == 1 else None
    return next((label for label in labels if label.lower() in _NEUTRAL), None)


def _score(label: str, words: Sequence[str], text: str) -> float:
    name = label.lower().replace("_", " ").replace("-", " ")
    kin = _KIN.get(_ALIKE.get(name, name), frozenset())
    own = set(terms(name))
    named = 3.0 if name and name in text else 0.0
    from_kin = sum(1.0 for word in words if word in kin)
    from_han = sum(1.0 for each in kin if each in text and not each.isascii())
    return named + from_kin + from_han + sum(2.0 for word in words if word in own)
