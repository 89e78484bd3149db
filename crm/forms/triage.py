"""What is asked when new leads are worked off, and about the target of the response time."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.forms.bulk import ChangeForm
from crm.choices import UNFIT
from crm.models import ResponseTarget
from crm.models.responses import MOST_HOURS
from crm.queries.closing import reasons_for
from crm.services.triage import LONGEST, DisqualifyLeads, QualifyLeads, RecycleLeads

USUAL_AWAY = 30  # days
OTHER = "other"


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class QualifyForm(ChangeForm):
    """The next step and its day; both may be left out."""

    step = forms.CharField(
        label=_("Next step"),
        max_length=LONGEST,
        required=False,
        help_text=_("It becomes a task of whoever has the lead."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    step_on = forms.DateField(
        label=pgettext_lazy("next step", "Due"), required=False, widget=_day_input()
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("step_on") and not given.get("step"):
            self.add_error("step", gettext("Say what the next step is, or take the day away."))
        return given

    def change(self) -> QualifyLeads:
        day = self.cleaned_data["step_on"]
        return QualifyLeads(self.cleaned_data["step"].strip(), day.isoformat() if day else "")


class DisqualifyForm(ChangeForm):
    """Why it is not a fit: one of the reasons the company lists, or own words."""

    reason = forms.ChoiceField(
        label=_("Not a fit because"), required=False, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def prepare(self) -> None:
        choice: Any = self.fields["reason"]
        names = [(str(row), str(row)) for row in reasons_for(UNFIT)]
        choice.choices = [*names, (OTHER, pgettext_lazy("reason", "Something else"))]
        choice.widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not self.said:
            self.add_error("reason", gettext("Say why it is not a fit."))
        return given

    @property
    def said(self) -> str:
        """The chosen reason, and beside it the words where both are given."""
        reason, words = (self.cleaned_data.get(name) or "" for name in ("reason", "words"))
        chosen = "" if reason == OTHER else reason
        return ": ".join(filter(None, (chosen, words.strip())))[:LONGEST]

    def change(self) -> DisqualifyLeads:
        return DisqualifyLeads(self.said)


class RecycleForm(ChangeForm):
    """The day on which the leads come back."""

    until = forms.DateField(label=_("Back on"), widget=_day_input())

    def prepare(self) -> None:
        today = timezone.localdate()
        self.initial.setdefault("until", today + timedelta(days=USUAL_AWAY))
        self.fields["until"].widget.attrs |= {"min": today.isoformat(), "autofocus": True}

    def change(self) -> RecycleLeads:
        return RecycleLeads(self.cleaned_data["until"].isoformat())


class ResponseTargetForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """How soon new leads shall be answered, and when somebody is there."""

    days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )

    class Meta:
        model = ResponseTarget
        fields = ("hours", "days", "opens_at", "closes_at")
        widgets = {
            "hours": forms.NumberInput(attrs={"min": 1, "max": MOST_HOURS}),
            "opens_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        labels = {
            "hours": _("Working hours until the first answer"),
            "opens_at": _("Work begins"),
            "closes_at": _("Work ends"),
        }
        help_texts = {
            "closes_at": _(
                "In the time zone of the company. Public holidays of its country are no working days."
            ),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", gettext("Work has to end after it begins."))
        return given
