"""Rules to begin with: what most companies would say of a good lead, to be changed at once."""

from typing import Any

from django.utils.translation import gettext as _

from analytics.choices import RuleGroup
from core.conditions import Condition, Criterion, Happened, all_of, any_of

FIT, ENGAGEMENT = RuleGroup.FIT, RuleGroup.ENGAGEMENT


def starters() -> list[dict[str, Any]]:
    """What is known of each rule, as the columns of `PointsRule`."""
    return [*_fit(), *_engagement()]


def _fit() -> list[dict[str, Any]]:
    return [
        _condition(
            FIT,
            15,
            _("Job title of somebody who decides"),
            _any_word("job_title", _("director, head, chief, owner, founder, president, VP")),
        ),
        _condition(FIT, 15, _("50 employees or more"), Criterion("employees", "at_least", 50)),
        _condition(
            FIT,
            10,
            _("Came by recommendation"),
            _any_word("source", _("referral, recommend, partner")),
        ),
        _condition(FIT, 10, _("E-mail address given"), Criterion("contact.email", "set")),
        _condition(
            FIT,
            -15,
            _("No way to reach them"),
            all_of(
                Criterion("contact.email", "empty"),
                Criterion("contact.phone", "empty"),
                Criterion("contact.mobile", "empty"),
            ),
        ),
    ]


def _engagement() -> list[dict[str, Any]]:
    return [
        _counted("interaction", 1, _("Looked at pages"), ["visit", "view"], 30, 10),
        _counted(
            "interaction",
            5,
            _("Clicked, downloaded or wrote back"),
            ["click", "download", "reply", "submit", "chat"],
            30,
            25,
        ),
        _counted("interaction", 10, _("Came to an event"), ["attend"], 90, 20),
        _counted("activity", 8, _("Talked to us"), ["call", "meeting"], 30, 24),
        _counted("interaction", -20, _("Unsubscribed"), ["unsubscribe"], None, 20),
        _condition(
            ENGAGEMENT,
            5,
            _("Did anything in the last 30 days"),
            Happened("interaction", at_least=1, days=30),
        ),
    ]


def _any_word(field: str, words: str) -> Condition:
    """The field has one of the words, which stand in one line with commas."""
    return any_of(*(Criterion(field, "contains", word.strip()) for word in words.split(",")))


def _condition(group: str, points: int, name: str, condition: Condition) -> dict[str, Any]:
    return {"group": group, "points": points, "name": name, "condition": condition.as_json()}


def _counted(
    behaviour: str, points: int, name: str, kinds: list[str], half_life: int | None, most: int
) -> dict[str, Any]:
    return {
        "group": ENGAGEMENT,
        "points": points,
        "name": name,
        "behaviour": behaviour,
        "kinds": kinds,
        "half_life": half_life,
        "most_points": most,
    }
