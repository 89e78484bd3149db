"""How many people a test needs, and what those that there are can show."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.pages.campaign_words import points
from core.phrases import exact_percent, number, percent

POWER = 0.8


def answer_to(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the form asks, answered."""
    # scipy costs seconds: only who asks this page loads it.
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
    smaller = round(people * asked["held_out"] / 100)
    rows = [
        {"label": _("In the smaller part"), "value": number(smaller)},
        {"label": _("In the larger part"), "value": number(people - smaller)},
    ]
    if asked["per_day"]:
        days = days_needed(people, asked["per_day"])
        told = ngettext("%(days)s day", "%(days)s days", days) % {"days": number(days)}
        rows.append({"label": _("Takes about"), "value": told})
    if asked["audience"]:
        found = smallest_effect(asked["audience"], usual, power=POWER, **terms)
        label = _("Smallest change that %(people)s people show") % {
            "people": number(asked["audience"])
        }
        rows.append({"label": label, "value": _("none") if found is None else points(found, 2)})
        chance = power_of(asked["audience"], usual, change, **terms)
        rows.append({"label": _("Chance that they show the change"), "value": percent(chance)})
    return {
        "people": number(people),
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
