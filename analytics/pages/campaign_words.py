"""How figures of campaigns are said: verdicts, outcomes, differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.phrases import money, number, percent
from marketing.choices import Goal


@dataclass(frozen=True)
class Word:
    """What a verdict is called, in which tone, and what it means."""

    label: Promise
    tone: str
    icon: str
    text: Promise


VERDICTS: Mapping[str, Word] = {
    "unhealthy": Word(
        gettext_lazy("Unhealthy split"),
        "bad",
        "alert-triangle",
        gettext_lazy(
            "The parts of the audience are not as large as they should be: people were lost or put into a part by "
            "something that hangs on them. No effect is told, since it would be wrong. Look for what leaves "
            "people out after the draw, such as a filter on one variant only."
        ),
    ),
    "no_data": Word(
        gettext_lazy("Too little to tell"),
        "",
        "info-circle",
        gettext_lazy(
            "In one part five people or fewer reached the goal. Hold out more, or write to more people."
        ),
    ),
    "days_left": Word(
        gettext_lazy("Still counting"),
        "accent",
        "clock",
        gettext_lazy("Nothing is clear yet. You may look every day: the interval allows for it."),
    ),
    "clear_gain": Word(
        gettext_lazy("Clear effect"),
        "ok",
        "check",
        gettext_lazy("People did it more often because of the campaign."),
    ),
    "clear_loss": Word(
        gettext_lazy("Clear harm"),
        "bad",
        "alert-circle",
        gettext_lazy("People did it less often because of the campaign. Do not send it again."),
    ),
    "no_effect": Word(
        gettext_lazy("No effect worth having"),
        "",
        "minus",
        gettext_lazy("What the campaign may have changed is too little to matter."),
    ),
    "look_again": Word(
        gettext_lazy("No clear effect"),
        "",
        "info-circle",
        gettext_lazy(
            "The days are over, and chance alone could have done this. Hold out more people next time."
        ),
    ),
}
OUTCOMES: Mapping[str, Promise] = {
    "clicked": gettext_lazy("Visited the website"),
    "replied": gettext_lazy("Answered"),
    "revenue": gettext_lazy("Revenue per person"),
}
GOALS: Mapping[str, Promise] = {
    Goal.CLICK: gettext_lazy("Visited the website"),
    Goal.REPLY: gettext_lazy("Answered"),
    Goal.SUBMIT: gettext_lazy("Filled in a form"),
    Goal.OPPORTUNITY: gettext_lazy("Opened a deal"),
    Goal.WON: gettext_lazy("Signed a deal"),
    Goal.PURCHASE: pgettext_lazy("goal reached", "Bought"),
}
METRICS: Mapping[str, Promise] = {
    "clicked": pgettext_lazy("campaign", "Click rate"),
    "replied": pgettext_lazy("campaign", "Reply rate"),
    "converted": pgettext_lazy("campaign", "Goal rate"),
}


def outcome_text(outcome: str, goal: str) -> str:
    """Such as “Bought”, of the goal itself."""
    return str(GOALS[goal] if outcome == "converted" else OUTCOMES[outcome])


def points(share: float | None, digits: int = 1) -> str:
    """A difference of shares, such as +3.4 pts."""
    if share is None:
        return "–"
    return _("%(points)s pts") % {"points": bare_points(share, digits)}


def bare_points(share: float, digits: int = 1) -> str:
    """The same where the head of a column says the unit; always as many decimals, so that rows compare."""
    shown = number(abs(100 * share), digits)
    return shown if not float(f"{share:.6f}") else f"{'+' if share > 0 else '−'}{shown}"


def digits_for(difference: float) -> int:
    """Decimals of a difference and its interval: two for what is less than a point."""
    return 2 if abs(difference) < 0.01 else 1


def difference_text(value: float, currency: str, *, is_share: bool, digits: int = 1) -> str:
    """In points, or as money with its sign."""
    if is_share:
        return points(value, digits)
    sign = "+" if value > 0 else ""
    return f"{sign}{money(round(value, 2), currency, has_cents=True)}"


def interval_text(effect: Mapping[str, float], currency: str, *, is_share: bool) -> str:
    """Its ends, the unit said once; none of no width, where nobody, or everybody, did it."""
    if not has_width(effect):
        return _("too few so far")
    if is_share:
        digits = digits_for(effect["difference"])
        return f"{bare_points(effect['lower'], digits)} … {bare_points(effect['upper'], digits)}"
    ends = (difference_text(effect[name], currency, is_share=False) for name in ("lower", "upper"))
    return " … ".join(ends)


def has_width(effect: Mapping[str, float]) -> bool:
    """Whether an interval says anything: one of no width comes from a part in which nobody differs."""
    return effect["upper"] > effect["lower"]


def shown_ends(effect: Mapping[str, Any]) -> dict[str, Any]:
    """The effect with the interval that holds now: while outcomes still count, the one for daily looks."""
    ends = {name: effect[f"always_{name}"] for name in ("lower", "upper")}
    return {**effect, **ends} if effect["days_left"] else dict(effect)


def level_text(value: float, currency: str, *, is_share: bool) -> str:
    if is_share:
        return percent(value, 1 if value >= 0.01 else 2)
    return money(round(value, 2), currency, has_cents=True)


def days_text(days: int) -> str:
    return ngettext("About %(days)s day left", "About %(days)s days left", days) % {
        "days": number(days)
    }


def pill_of(effect: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict as a pill."""
    word = VERDICTS[effect["word"]]
    label = days_text(effect["days_left"]) if effect["word"] == "days_left" else str(word.label)
    return {"label": label, "tone": word.tone, "icon": word.icon, "text": str(word.text)}
