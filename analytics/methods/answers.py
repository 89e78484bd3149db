"""Words for yes and no, won and lost, and names of the columns that hold them.

Nothing but the standard library is imported: pages that ask for a column read this, too.
"""

import re
import unicodedata

__all__ = ["comparable", "outcome_of", "target_rank"]

TRUE_WORDS = frozenset(
    ["1", "1.0", "true", "t", "yes", "y", "on", "是", "有", "对", "真", "√", "✓"]
)
FALSE_WORDS = frozenset(
    ["0", "0.0", "false", "f", "no", "n", "off", "否", "无", "不是", "没有", "假", "×", "✗"]
)
WON_WORDS = frozenset(
    (
        *("won", "win", "closed won", "converted", "customer", "success", "successful", "signed"),
        *("purchased", "bought", "paid", "enrolled", "subscribed", "gewonnen", "ja"),
        *("成交", "已成交", "赢单", "已转化", "转化", "签约", "已签约", "已签单", "成功"),
    )
)
LOST_WORDS = frozenset(
    (
        *("lost", "loss", "closed lost", "not converted", "unconverted", "unqualified", "failed"),
        *("disqualified", "dead", "failure", "rejected", "not a fit", "verloren", "nein"),
        *("未成交", "输单", "丢单", "未转化", "战败", "流失", "无效", "失败", "未签约"),
    )
)
# What the column with the outcome is usually called, the surest first.
TARGET_NAMES = (
    *("converted", "is converted", "conversion", "won", "is won", "closed won", "成交", "是否成交"),
    *(
        "转化",
        "是否转化",
        "赢单",
        "outcome",
        "result",
        "结果",
        "target",
        "label",
        "response",
        "success",
    ),
    *("customer", "purchased", "subscribed", "signed", "deal stage", "lead status", "stage"),
    *("status", "阶段", "状态", "class", "y"),
)
TARGET_WORDS = frozenset(["converted", "conversion", "won", "outcome", "target", "purchased"])
TARGET_CHINESE = ("成交", "转化", "赢单", "签约")
BETWEEN = re.compile(r"[\W_]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def comparable(text: str) -> str:
    """The text without what two spellings of one word may differ in: case, width, outer blanks.

    Parameters
    ----------
    text : str
        A cell or a name.

    Returns
    -------
    str

    Examples
    --------
    >>> comparable(" Ｇoogle ")
    'google'
    """
    return unicodedata.normalize("NFKC", text).casefold().strip()


def outcome_of(value: str) -> bool | None:
    """Whether a value says that it came off: yes or won, no or lost; None where it says neither.

    Parameters
    ----------
    value : str
        A cell.

    Returns
    -------
    bool or None

    Examples
    --------
    >>> [outcome_of(value) for value in ("Yes", "0", "Closed Lost", "赢单", "Engaging")]
    [True, False, False, True, None]
    """
    word = comparable(value)
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    words = " ".join(BETWEEN.split(word)).strip()
    if words in WON_WORDS or words in LOST_WORDS:
        return words in WON_WORDS
    return None


def target_rank(name: str) -> int | None:
    """How surely a column of this name holds the outcome: 0 most surely; None where it does not.

    Parameters
    ----------
    name : str
        The column's name.

    Returns
    -------
    int or None

    Examples
    --------
    >>> [target_rank(name) for name in ("Converted", "has_converted", "是否已成交", "City")]
    [0, 30, 30, None]
    """
    words = [comparable(word) for word in BETWEEN.split(CAMEL.sub(" ", name)) if word]
    whole = " ".join(words)
    if whole in TARGET_NAMES:
        return TARGET_NAMES.index(whole)
    is_like_one = TARGET_WORDS & set(words) or any(word in whole for word in TARGET_CHINESE)
    return len(TARGET_NAMES) if is_like_one else None
