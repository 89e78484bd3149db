"""What is asked about sending: when and how fast, and which recipients are shown."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.company import company
from marketing.choices import Reaction, RecipientState
from marketing.models import Campaign

NOW, LATER = "now", "later"
WEEKDAYS = (
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
)


class CompanyMoment(forms.SplitDateTimeField):
    """A day and an hour by the company's clock, whichever zone people read pages in.

    What is sent back as it was shown is the moment that was stored: its seconds too, and which of two
    equal hours on the day when clocks are put back.
    """

    zone = ZoneInfo("UTC")
    stored: datetime | None = None

    def keep(self, stored: datetime | None, zone: ZoneInfo) -> None:
        self.stored, self.zone = stored, zone

    def prepare_value(self, value: Any) -> Any:
        """Widgets show an aware moment by the reader's clock, a naive one as it is."""
        return timezone.make_naive(value, self.zone) if isinstance(value, datetime) else value

    def compress(self, data_list: Any) -> Any:
        if data_list and self.stored is not None:
            shown = timezone.make_naive(self.stored, self.zone).replace(second=0, microsecond=0)
            if list(data_list) == [shown.date(), shown.time()]:
                return self.stored
        with timezone.override(self.zone):
            return super().compress(data_list)


class ScheduleForm(forms.Form):
    """When it begins, at which hours it goes on, how fast."""

    begins = forms.ChoiceField(
        label=pgettext_lazy("campaign", "Begins"),
        choices=((NOW, gettext_lazy("At once")), (LATER, gettext_lazy("At a time"))),
        widget=forms.RadioSelect,
    )
    scheduled_at = CompanyMoment(
        label=gettext_lazy("Day and hour"),
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"},
            date_format="%Y-%m-%d", time_format="%H:%M",
        ),
    )  # fmt: skip
    is_local = forms.BooleanField(
        label=gettext_lazy("In the recipient’s own time"),
        required=False,
        help_text=gettext_lazy(
            "Known by telephone number and country; of the others the company’s time counts."
        ),
    )
    window_from = forms.TimeField(
        label=gettext_lazy("Not before"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    window_to = forms.TimeField(
        label=gettext_lazy("Not after"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("At most, messages a minute"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("Empty: as fast as the mail server takes them."),
        error_messages={
            name: gettext_lazy("Enter a whole number from 1 to 100,000, or nothing.")
            for name in ("min_value", "max_value", "invalid")
        },
    )

    def __init__(self, data: Any = None, *, campaign: Campaign) -> None:
        self.campaign = campaign
        self.zone = ZoneInfo(company().time_zone)
        names = ("is_local", "window_from", "window_to", "weekdays", "per_minute")
        moment = campaign.scheduled_at
        initial = {
            **{name: getattr(campaign, name) for name in names},
            "begins": NOW if moment is None else LATER,
            "scheduled_at": moment,
        }
        super().__init__(data, initial=initial)
        moment_field: Any = self.fields["scheduled_at"]
        moment_field.keep(moment, self.zone)
        moment_field.help_text = _("By the clock of %(zone)s.") % {"zone": self.zone.key}
        for part, label in zip(moment_field.widget.widgets, (_("Day"), _("Hour")), strict=True):
            part.attrs["aria-label"] = label

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("begins") == LATER and "scheduled_at" not in self.errors:
            moment: datetime | None = said.get("scheduled_at")
            if moment is None:
                self.add_error("scheduled_at", _("Enter the day and the hour."))
            elif moment <= timezone.now():
                self.add_error(
                    "scheduled_at", _("Choose a time that lies ahead, or send it at once.")
                )
        return said

    def clean_window_to(self) -> time:
        said: time = self.cleaned_data["window_to"]
        if said == self.cleaned_data.get("window_from"):
            raise forms.ValidationError(_("Between the two hours there has to be some time."))
        return said

    def filled(self) -> Campaign:
        said, campaign = self.cleaned_data, self.campaign
        campaign.scheduled_at = said["scheduled_at"] if said["begins"] == LATER else None
        for name in ("is_local", "window_from", "window_to", "weekdays", "per_minute"):
            setattr(campaign, name, said[name])
        return campaign


class RecipientFilterForm(forms.Form):
    """Which recipients the list shows."""

    state = forms.ChoiceField(
        label=pgettext_lazy("recipient", "State"),
        required=False,
        choices=[("", gettext_lazy("All")), *RecipientState.choices],
    )
    reaction = forms.ChoiceField(
        label=pgettext_lazy("recipient", "Reaction"),
        required=False,
        choices=[("", gettext_lazy("All")), *Reaction.choices],
    )
    search = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def wanted(self) -> dict[str, Any]:
        """As conditions on recipients; what nobody can mean asks nothing."""
        said = self.cleaned_data if self.is_valid() else {}
        found: dict[str, Any] = {}
        if said.get("state"):
            found["state"] = said["state"]
        if said.get("reaction"):
            found[f"{said['reaction']}__isnull"] = False
        if said.get("search"):
            found["address_key"] = said["search"].strip().casefold()
        return found

    def query(self) -> dict[str, str]:
        said = self.cleaned_data if self.is_valid() else {}
        return {name: value for name, value in said.items() if value}
