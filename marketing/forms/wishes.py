"""What the pages without a log-in ask of people who get messages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.phrases import day_text
from marketing.models import ContactPreference
from marketing.queries.consents import Choice
from marketing.services.wishes import Wishes

OFTEN = (
    ("", _("As often as there is something")),
    ("7-1", _("At most once a week")),
    ("7-2", _("At most twice a week")),
    ("30-1", _("At most once a month")),
    ("30-2", _("At most twice a month")),
)
PAUSES = (
    ("", _("No pause")),
    ("30", _("For a month")),
    ("91", _("For three months")),
    ("182", _("For half a year")),
)
KEPT = "kept"
REASONS = (
    ("", _("I would rather not say")),
    ("often", _("There are too many")),
    ("irrelevant", _("They are not about what I need")),
    ("never", _("I never agreed to them")),
    ("other", pgettext_lazy("unsubscribing", "Something else")),
)


class LeavingForm(forms.Form):
    """Why, for those who want to say it."""

    why = forms.ChoiceField(label=_("Why do you leave?"), choices=REASONS, required=False)

    def detail(self) -> str:
        """What is kept of it: the word, not its translation."""
        return str(self.cleaned_data["why"]) if self.is_valid() else ""


class WishesForm(forms.Form):
    """Topics, how often, until when, and whether opens and clicks may be counted."""

    given = forms.MultipleChoiceField(
        label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple
    )
    often = forms.ChoiceField(label=_("How often"), required=False)
    pause = forms.ChoiceField(label=_("Pause"), required=False)
    is_tracked = forms.BooleanField(
        label=_("You may count whether I open messages and follow their links"), required=False
    )

    def __init__(
        self, data: Any = None, *, choices: list[Choice], known: ContactPreference | None
    ) -> None:
        self.known = known
        initial = {
            "given": [each.key for each in choices if each.is_given],
            "often": _often(known),
            "pause": KEPT if _paused(known) else "",
            "is_tracked": not (known is not None and known.is_untracked),
        }
        super().__init__(data, initial=initial)
        topics: Any = self.fields["given"]
        topics.choices = [(each.key, _label(each)) for each in choices]
        often: Any = self.fields["often"]
        often.choices = [
            *OFTEN,
            *([(KEPT, _("As it was agreed"))] if _often(known) == KEPT else []),
        ]
        pause: Any = self.fields["pause"]
        until = _paused(known)
        kept = (
            [(KEPT, _("Until %(day)s") % {"day": day_text(timezone.localtime(until).date())})]
            if until
            else []
        )
        pause.choices = [*PAUSES, *kept]

    def wishes(self, at: datetime) -> Wishes:
        said = self.cleaned_data
        caps: dict[str, int | None] = {"7": None, "30": None}
        if said["often"] == KEPT and self.known is not None:
            caps = {"7": self.known.week_cap, "30": self.known.month_cap}
        elif said["often"]:
            days, _dash, number = said["often"].partition("-")
            caps[days] = int(number)
        until = _paused(self.known) if said["pause"] == KEPT else None
        if said["pause"] and said["pause"] != KEPT:
            until = at + timedelta(days=int(said["pause"]))
        is_untracked = not said["is_tracked"]
        return Wishes(set(said["given"]), caps["7"], caps["30"], until, is_untracked)


def _label(choice: Choice) -> str:
    return choice.name if choice.channel == "email" else f"{choice.name} ({choice.channel.label})"


def _paused(known: ContactPreference | None) -> datetime | None:
    until = known.paused_until if known is not None else None
    return until if until is not None and until > timezone.now() else None


def _often(known: ContactPreference | None) -> str:
    """The choice that says it; `kept` where a colleague has agreed on something else."""
    if known is None or (known.week_cap is None and known.month_cap is None):
        return ""
    said = f"7-{known.week_cap}" if known.month_cap is None else f"30-{known.month_cap}"
    is_one = known.week_cap is None or known.month_cap is None
    return said if is_one and said in dict(OFTEN) else KEPT
