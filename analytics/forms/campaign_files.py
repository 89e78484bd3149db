"""Forms of importing a past campaign."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analytics.models import CampaignFile
from analytics.services.campaign_files import CampaignChoices
from analytics.services.columns_of_campaigns import (
    MOST_ARMS,
    likely_control,
    may_be_fact,
    may_part,
    odd_arm,
)
from core.currencies import base_currency
from crm.forms import FileForm
from marketing.choices import Goal
from marketing.models import Purpose
from marketing.services.memberships import company_day

FEW = 50  # people of a part; below, an effect is seldom seen
OPTIONAL = ("visited_column", "replied_column", "revenue_column", "before_column")
NAMES = ("person_column", "arm_column", "converted_column", *OPTIONAL)
# What these say was not known before the campaign, or is no fact.
TAKEN = tuple(name for name in NAMES if name != "before_column")
SAME = ("name", "started_on", "purpose", "goal", "goal_days", "cost", "control")


class CampaignFileForm(FileForm):
    """A file that tells of a past campaign, or its rows pasted."""

    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        required=False,
        allow_empty_file=True,  # the service says what to do then
        help_text=gettext_lazy(
            "A row for each person: which message they got or that they were held out, and whether they reached the goal. Text in UTF-8, UTF-16, GB18030 or of Windows, Excel workbooks (.xlsx) and packed files (.gz) are read."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.gz,text/csv"}),
    )


class CampaignColumnsForm(forms.Form):
    """What the campaign was, and what each column says of a person.

    Columns are sent by their place in the file.
    """

    name = forms.CharField(label=pgettext_lazy("campaign", "Name"), max_length=120)
    started_on = forms.DateField(
        label=gettext_lazy("Sent on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Say on which day it was sent.")},
    )
    purpose = forms.ModelChoiceField(
        label=gettext_lazy("Purpose"),
        queryset=Purpose.objects.none(),
        required=False,
        empty_label=gettext_lazy("None of them, or not known"),
    )
    goal = forms.ChoiceField(
        label=gettext_lazy("Goal"),
        choices=Goal.choices,
        help_text=gettext_lazy("What the column with the outcome tells."),
    )
    goal_days = forms.IntegerField(
        label=gettext_lazy("Days that count"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("For so many days after it was sent the file tells outcomes."),
    )
    held_out = forms.DecimalField(
        label=gettext_lazy("Meant to be held out, in %"),
        required=False,
        min_value=0,
        max_value=95,
        max_digits=4,
        decimal_places=1,
        help_text=gettext_lazy(
            "If it was settled beforehand: whether as many were held out is checked then."
        ),
    )
    cost = forms.DecimalField(
        label=gettext_lazy("Cost"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    person_column = forms.TypedChoiceField(
        label=gettext_lazy("E-mail address"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "Contacts are found by it. Whoever is none is counted only, and no address of theirs is kept."
        ),
    )
    arm_column = forms.TypedChoiceField(
        label=gettext_lazy("Message, or held out"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose the column that says who got which message."),
            "invalid_choice": gettext_lazy("Choose the column that says who got which message."),
        },
    )
    control = forms.ChoiceField(
        label=gettext_lazy("Held out are those with"),
        error_messages={
            "required": gettext_lazy("Choose the value of those who got no message."),
            "invalid_choice": gettext_lazy("Choose the value of those who got no message."),
        },
    )
    converted_column = forms.TypedChoiceField(
        label=gettext_lazy("Reached the goal"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose the column that says who reached the goal."),
            "invalid_choice": gettext_lazy("Choose the column that says who reached the goal."),
        },
    )
    visited_column = forms.TypedChoiceField(
        label=gettext_lazy("Visited the website"), coerce=int, empty_value=None, required=False
    )
    replied_column = forms.TypedChoiceField(
        label=gettext_lazy("Answered"), coerce=int, empty_value=None, required=False
    )
    revenue_column = forms.TypedChoiceField(
        label=gettext_lazy("Revenue"), coerce=int, empty_value=None, required=False
    )
    before_column = forms.TypedChoiceField(
        label=gettext_lazy("Revenue of the year before"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Known before the campaign; it takes noise off the revenue."),
    )
    facts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Kept as facts"), coerce=int, required=False
    )

    def __init__(
        self,
        trial: CampaignFile,
        data: Any = None,
        *,
        typed: MultiValueDict[str, str] | None = None,
        sees_cost: bool = True,
    ) -> None:
        """`typed` is what stands in the form while only the column of the parts was chosen anew."""
        self.trial = trial
        super().__init__(data, initial=_stored(trial) if typed is None else _typed(typed))
        self._offer_columns()
        if typed is not None and self.initial["control"] not in {p["text"] for p in self.parts}:
            self.initial["control"] = likely_control(self._arm()) if self.parts else ""
        purpose: Any = self.fields["purpose"]
        purpose.queryset = Purpose.objects.in_use()
        if sees_cost:
            self.fields["cost"].help_text = _("In %(currency)s.") % {"currency": base_currency()}
        else:
            del self.fields["cost"]

    def _offer_columns(self) -> None:
        columns = list(enumerate(self.trial.columns))
        choose, none = [("", _("Choose a column"))], [("", _("Not in the file"))]
        everything = [place for place, _column in columns]
        self._choices("person_column", [("", _("Rows are counted only"))], everything)
        self._choices("arm_column", choose, [p for p, each in columns if may_part(each)])
        self._choices("converted_column", choose, everything)
        self.fields["arm_column"].help_text = self._why_not()
        for name in OPTIONAL:
            self._choices(name, none, everything)
        self._choices("facts", [], [p for p, each in columns if may_be_fact(each)])
        control: Any = self.fields["control"]
        control.choices = [("", _("Choose a value")), *((p["text"], p["text"]) for p in self.parts)]

    def _why_not(self) -> str:
        """Why the column that one would choose is not offered."""
        odd = odd_arm(self.trial.columns)
        if odd is None:
            return ""
        if not odd["is_varied"] and len(odd["values"]) < 2:
            said = _(
                "“%(column)s” has one value only: nobody was held out, so there is nothing to compare with."
            )
        else:
            said = _("“%(column)s” has more than %(most)s values: those are too many messages.")
        return said % {"column": odd["name"], "most": MOST_ARMS}

    def _choices(self, name: str, first: list[tuple[str, str]], places: Iterable[int]) -> None:
        field: Any = self.fields[name]
        field.choices = [*first, *((str(place), self.trial.names[place]) for place in places)]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The values of the column that parts the people, with how many have each."""
        column = self._arm()
        if not column or not may_part(column):
            return []
        return [
            {"text": text, "rows": rows, "share": rows / self.trial.rows, "is_few": rows < FEW}
            for text, rows in column["values"]
        ]

    def _arm(self) -> dict[str, Any]:
        """The column that parts the people, as it is chosen now."""
        place = str(self["arm_column"].value())
        is_place = place.isascii() and place.isdecimal() and len(place) < 5
        if not is_place or int(place) >= len(self.trial.columns):
            return {}
        found: dict[str, Any] = self.trial.columns[int(place)]
        return found

    @property
    def without_part(self) -> int:
        """Rows that name none; they are left out."""
        parted: int = sum(part["rows"] for part in self.parts)
        return int(self.trial.rows) - parted

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The columns, what stands in them, and whether they are kept as facts."""
        chosen = {str(place) for place in self["facts"].value() or ()}
        taken = {str(self[name].value()) for name in TAKEN}
        return [
            {
                "place": place,
                "name": column["name"],
                "examples": column["examples"] or [text for text, _n in column["values"][:3]],
                "may_be_fact": may_be_fact(column),
                "is_fact": str(place) in chosen,
                "is_taken": str(place) in taken,
            }
            for place, column in enumerate(self.trial.columns)
        ]

    @property
    def about_fields(self) -> list[forms.BoundField]:
        wanted = ("name", "started_on", "purpose", "goal", "goal_days", "cost")
        return [self[name] for name in wanted if name in self.fields]

    @property
    def outcome_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("converted_column", *OPTIONAL)]

    def clean_started_on(self) -> Any:
        day = self.cleaned_data["started_on"]
        if day >= company_day(timezone.now()):  # it begins by the company's clock
            raise forms.ValidationError(_("A past campaign was sent before today."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = [given[name] for name in NAMES if given.get(name) is not None]
        if len(chosen) > len(set(chosen)):
            raise forms.ValidationError(
                _("One column was chosen for two things. Each of them has a column of its own.")
            )
        return given

    def choices(self) -> CampaignChoices:
        """What was chosen, of a valid form."""
        given, names = self.cleaned_data, self.trial.names
        columns = {
            name: "" if given[name] is None or given[name] == "" else names[given[name]]
            for name in NAMES
        }
        taken = {columns[name] for name in TAKEN}
        return CampaignChoices(
            name=given["name"],
            started_on=given["started_on"],
            purpose=given["purpose"],
            goal=given["goal"],
            goal_days=given["goal_days"],
            held_out=float(given["held_out"] or 0) / 100,
            cost=given.get("cost"),
            control=given["control"],
            facts=[names[place] for place in given["facts"] if names[place] not in taken],
            **columns,
        )


def _stored(trial: CampaignFile) -> dict[str, Any]:
    names = trial.names
    found: dict[str, Any] = {
        name: names.index(getattr(trial, name)) if getattr(trial, name) in names else None
        for name in NAMES
    }
    return found | {
        **{name: getattr(trial, name) for name in SAME},
        "held_out": round(100 * trial.held_out, 1) or None,
        "facts": [names.index(name) for name in trial.facts if name in names],
    }


def _typed(typed: MultiValueDict[str, str]) -> dict[str, Any]:
    names = (*NAMES, *SAME, "held_out")
    return {name: typed.get(name, "") for name in names} | {"facts": typed.getlist("facts")}
