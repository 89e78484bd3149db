"""Names and values that speak of an outcome, in English and Chinese."""

import re
import unicodedata
from typing import Literal

__all__ = ["name_hint", "value_speaks"]

NameHint = Literal["outcome", "moving", ""]

# What a full name begins with says which record has the field: nothing of the field itself.
RECORD = re.compile(r"^(crm\.[a-z]+|deal)\.(custom\.)?(?=.)")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

OUTCOME_WORDS = frozenset(
    (
        *(
            "quality",
            "tag",
            "tags",
            "status",
            "score",
            "scores",
            "rating",
            "grade",
            "rank",
            "index",
        ),
        *("converted", "conversion", "won", "win", "lost", "loss", "closed", "close", "deal"),
        *("stage", "outcome", "result", "disposition", "qualified", "disqualified", "signed"),
        *("paid", "contract", "invoice", "probability", "likelihood"),
    )
)
OUTCOME_PHRASES = ("lead profile",)
OUTCOME_CHINESE = (
    *(
        "质量",
        "标签",
        "状态",
        "评分",
        "得分",
        "分数",
        "打分",
        "评级",
        "等级",
        "指数",
        "成交",
        "转化",
    ),
    *("赢单", "输单", "丢单", "战败", "流失", "关闭", "签约", "签单", "合同", "付款", "回款"),
    *("结果", "结论", "意向", "阶段", "无效", "概率"),
)
MOVING_WORDS = frozenset(["last", "latest", "final", "recent", "updated", "modified"])
MOVING_CHINESE = ("最近", "最后", "最新", "最终", "更新")
VALUE_WORDS = frozenset(
    ["converted", "won", "lost", "closed", "signed", "paid", "enrolled", "disqualified"]
)
VALUE_CHINESE = (
    "成交",
    "赢单",
    "输单",
    "丢单",
    "战败",
    "流失",
    "已关闭",
    "已签",
    "已付款",
    "已转化",
)


def name_hint(name: str) -> NameHint:
    """Whether a field's name speaks of an outcome, or of a value that is overwritten.

    Parameters
    ----------
    name : str
        Name, key or label of a field; words may be joined by blanks, underscores or capitals.

    Returns
    -------
    {"outcome", "moving", ""}
        ``outcome`` goes before ``moving``.

    Examples
    --------
    >>> [name_hint(name) for name in ("leadQuality", "Last Notable Activity", "线索状态", "Vintage")]
    ['outcome', 'moving', 'outcome', '']
    >>> name_hint("crm.deal.source"), name_hint("crm.deal.custom.deal_quality")
    ('', 'outcome')
    """
    plain = RECORD.sub("", unicodedata.normalize("NFKC", name))
    words = _words(plain)
    joined = " ".join(words)
    if OUTCOME_WORDS & set(words) or any(phrase in joined for phrase in OUTCOME_PHRASES):
        return "outcome"
    if any(word in plain for word in OUTCOME_CHINESE):
        return "outcome"
    if MOVING_WORDS & set(words) or any(word in plain for word in MOVING_CHINESE):
        return "moving"
    return ""


def value_speaks(value: str) -> bool:
    """Whether a level says that something was won, lost or closed.

    Parameters
    ----------
    value : str
        A level, or its key.

    Returns
    -------
    bool

    Examples
    --------
    >>> [value_speaks(value) for value in ("Closed by Horizzon", "已成交", "Email opened", "")]
    [True, True, False, False]
    """
    return bool(VALUE_WORDS & set(_words(value))) or any(word in value for word in VALUE_CHINESE)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]
