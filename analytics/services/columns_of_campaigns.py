"""What the columns of a past campaign's file probably are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.methods.answers import BETWEEN, comparable, outcome_of  # noqa: TID253  # words only
from analytics.services.columns_of_files import has_values, likely_target

MOST_ARMS = 6  # the control group and one for each letter of a variant
PERSONS = {"email", "e mail", "email address", "mail", "address", "邮箱", "电子邮箱", "邮件"}
ARMS = {
    *("arm", "group", "segment", "variant", "treatment", "cell", "test group", "message"),
    *("campaign", "gruppe", "variante", "分组", "组别", "组", "版本", "实验组"),
}
VISITS = {"visit", "visited", "visits", "click", "clicked", "clicks", "访问", "点击"}
REPLIES = {"reply", "replied", "replies", "answered", "response", "responded", "回复"}
BEFORE = {
    *("revenue before", "spend before", "spent before", "sales before", "previous revenue"),
    *("previous spend", "prior revenue", "prior spend", "last year", "前一年收入", "历史消费"),
}
AMOUNTS = {
    *("spend", "spent", "revenue", "amount", "sales", "value", "umsatz", "betrag"),
    *("收入", "金额", "消费", "销售额"),
}
CONTROLS = ("control", "holdout", "hold out", "held out", "no e mail", "no mail", "no email")
CONTROLS_ZH = ("对照", "保留", "未发送")
NOBODY = {"none", "nobody", "nothing", "no message"}

Column = dict[str, Any]


@dataclass(frozen=True)
class CampaignGuess:
    """What a file of a past campaign seems to be."""

    person_column: str = ""
    arm_column: str = ""
    control: str = ""
    visited_column: str = ""
    replied_column: str = ""
    converted_column: str = ""
    revenue_column: str = ""
    before_column: str = ""
    facts: list[str] = field(default_factory=list)


def guess_of(columns: Sequence[Column]) -> CampaignGuess:
    """By the names of the columns and, for the parts, by their values."""
    arm = next((each for each in columns if _is_called(each, ARMS) and may_part(each)), None)
    used = {
        "person_column": _called(columns, PERSONS),
        "arm_column": arm["name"] if arm else "",
        "visited_column": _called(columns, VISITS),
        "replied_column": _called(columns, REPLIES),
        "converted_column": likely_target(columns),
        "revenue_column": _called(columns, AMOUNTS),
        "before_column": _called(columns, BEFORE),
    }
    taken = {name for what, name in used.items() if what != "before_column"}
    facts = [each["name"] for each in columns if may_be_fact(each)]
    return CampaignGuess(
        **used,
        control=likely_control(arm) if arm else "",
        facts=[name for name in facts if name not in taken],
    )


def odd_arm(columns: Sequence[Column]) -> Column | None:
    """A column that is called like one of parts, and cannot be it."""
    called = (each for each in columns if _is_called(each, ARMS))
    return next((each for each in called if not may_part(each)), None)


def may_part(column: Column) -> bool:
    """Whether a column could say who was in which part."""
    return has_values(column) and not column["is_varied"] and len(column["values"]) <= MOST_ARMS


def may_be_fact(column: Column) -> bool:
    """Whether a column tells people apart at all."""
    return column["is_varied"] or has_values(column)


def likely_control(column: Column) -> str:
    """The value that sounds like nobody was written to; empty where none does."""
    values = [text for text, _count in column["values"]]
    said_no = [text for text in values if outcome_of(text) is False]
    named = [text for text in values if _is_control(text)]
    found = named or said_no
    return str(found[0]) if len(found) == 1 else ""


def _is_control(text: str) -> bool:
    words = BETWEEN.sub(" ", comparable(text)).strip()
    return words in NOBODY or words.startswith(CONTROLS) or any(w in words for w in CONTROLS_ZH)


def _called(columns: Sequence[Column], names: Collection[str]) -> str:
    return next((str(each["name"]) for each in columns if _is_called(each, names)), "")


def _is_called(column: Column, names: Collection[str]) -> bool:
    return BETWEEN.sub(" ", comparable(column["name"])).strip() in names
