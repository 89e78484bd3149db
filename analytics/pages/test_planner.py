"""How many people a test needs, and what those that there are can show."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.pages.campaign_words import points
from core.phrases import exact_percent, number, percent

POWER = 0.8


@dataclass(frozen=True)
class TestPlan:
    """What a test needs: people of both parts and days; what people that there are can show."""

    __test__ = False  # pytest would take it for tests

    people: int
    smaller: int
    days: int | None = None
    smallest: float | None = None  # change that the audience shows; None: none, or no audience
    power: float | None = None  # chance that the audience shows the change


def plan_of(asked: Mapping[str, Any]) -> TestPlan:
    """Of what the form asks."""
    # scipy costs seconds: only who asks this loads it.
    from analytics.methods.experiments.planning import (
        days_needed,
        people_needed,
        power_of,
        smallest_effect,
    )

    usual, change = asked["usual"] / 100, asked["change"] / 100
    terms: dict[str, Any] = {
        "share": 1 - asked["held_out"] / 100,
        "is_sequential": asked["looks"] == "daily",
    }
    people = people_needed(usual, change, power=POWER, **terms)
    audience, per_day = asked["audience"], asked["per_day"]
    return TestPlan(
        people=people,
        smaller=round(people * asked["held_out"] / 100),
        days=days_needed(people, per_day) if per_day else None,
        smallest=smallest_effect(audience, usual, power=POWER, **terms) if audience else None,
        power=power_of(audience, usual, change, **terms) if audience else None,
    )


def answer_to(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the form asks, answered in words."""
    plan, usual, change = plan_of(asked), asked["usual"] / 100, asked["change"] / 100
    rows = [
        {"label": _("In the smaller part"), "value": number(plan.smaller)},
        {"label": _("In the larger part"), "value": number(plan.people - plan.smaller)},
    ]
    if plan.days is not None:
        told = ngettext("%(days)s day", "%(days)s days", plan.days) % {"days": number(plan.days)}
        rows.append({"label": _("Takes about"), "value": told})
    if plan.power is not None:
        label = _("Smallest change that %(people)s people show") % {
            "people": number(asked["audience"])
        }
        shown = _("none") if plan.smallest is None else points(plan.smallest, 2)
        rows.append({"label": label, "value": shown})
        rows.append({"label": _("Chance that they show the change"), "value": percent(plan.power)})
    return {
        "people": number(plan.people),
        "rows": rows,
        "said": _(
            "From %(usual)s to %(new)s: with so many people four of five such tests come out clear. "
            "Without any change one in twenty does, at most."
        )
        % {
            "usual": exact_percent(Decimal(str(round(usual, 6)))),
            "new": exact_percent(Decimal(str(round(usual + change, 6)))),
        },
    }
