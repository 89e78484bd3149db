"""The lifecycle stages that come with the product: seeded once, then the administrator's.

A contact stands in the last stage whose condition holds. What they ask for has happened at some time,
so that the past can be worked out from them as well.
"""

from dataclasses import dataclass, field

from core.conditions import Condition, Happened, Not, all_of, any_of
from crm.choices import OPEN_STATUSES, LeadStatus, LifeRole, LifeTone, StageKind
from crm.models import LifeStage

QUIET_DAYS, GONE_DAYS = 180, 730
RECENT_DAYS = 90
ENGAGED = ("click", "download", "reply", "submit", "chat", "attend")

OPEN_DEAL = Happened("deal", (str(StageKind.OPEN),))
OPEN_LEAD = Happened("lead", tuple(map(str, OPEN_STATUSES)))
BOUGHT = any_of(
    Happened("deal_closed", (str(StageKind.WON),)), Happened("interaction", ("purchase",))
)


def _silent_for(days: int) -> Condition:
    """A customer of whom and with whom nothing has happened for so long."""
    return all_of(
        BOUGHT,
        Not(Happened("activity", days=days)),
        Not(Happened("interaction", days=days)),
        Not(Happened("deal_closed", days=days)),
        Not(OPEN_DEAL),
        Not(OPEN_LEAD),
    )


@dataclass(frozen=True)
class StageSeed:
    """A stage with its names in English and Chinese."""

    english: str
    chinese: str
    tone: LifeTone
    role: LifeRole = LifeRole.EARLY
    condition: Condition = field(default_factory=all_of)


SEEDS = (
    StageSeed("Subscriber", "订阅者", LifeTone.SLATE),
    StageSeed("Lead", "线索", LifeTone.ACCENT, condition=Happened("lead")),
    StageSeed(
        "Marketing-qualified",
        "市场确认",
        LifeTone.TEAL,
        condition=all_of(OPEN_LEAD, Happened("interaction", ENGAGED, at_least=3, days=RECENT_DAYS)),
    ),
    StageSeed(
        "Sales-qualified",
        "销售确认",
        LifeTone.VIOLET,
        condition=any_of(
            Happened("lead", (str(LeadStatus.QUALIFIED),)),
            all_of(OPEN_LEAD, Happened("activity", ("meeting",), days=RECENT_DAYS)),
        ),
    ),
    StageSeed("Opportunity", "商机", LifeTone.PINK, condition=OPEN_DEAL),
    StageSeed("Customer", "客户", LifeTone.OK, LifeRole.CUSTOMER, BOUGHT),
    StageSeed(
        "Repeat customer",
        "复购客户",
        LifeTone.OK,
        LifeRole.CUSTOMER,
        any_of(
            Happened("deal_closed", (str(StageKind.WON),), at_least=2),
            Happened("interaction", ("purchase",), at_least=2),
        ),
    ),
    StageSeed("At risk", "有流失风险", LifeTone.WARN, LifeRole.BACK, _silent_for(QUIET_DAYS)),
    StageSeed(
        "Lost",
        "已流失",
        LifeTone.BAD,
        LifeRole.BACK,
        any_of(
            _silent_for(GONE_DAYS),
            all_of(
                any_of(
                    Happened("lead", (str(LeadStatus.UNQUALIFIED), str(LeadStatus.LOST))),
                    Happened("deal_closed", (str(StageKind.LOST),)),
                ),
                Not(BOUGHT),
                Not(OPEN_DEAL),
                Not(OPEN_LEAD),
            ),
        ),
    ),
)


def seed_life_stages() -> None:
    """Make the stages of an installation that has none."""
    if LifeStage.objects.exists():
        return
    LifeStage.objects.bulk_create(
        LifeStage(
            names={"en": seed.english, "zh-hans": seed.chinese},
            role=seed.role,
            tone=seed.tone,
            condition=seed.condition.as_json() if seed.condition != all_of() else {},
            position=position,
        )
        for position, seed in enumerate(SEEDS)
    )
