"""Targets of forecasts."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import TargetPeriod
from analytics.models.periods import shifted
from analytics.services.forecast_targets import MONTHS

AHEAD = {TargetPeriod.MONTH: 12, TargetPeriod.QUARTER: 4, TargetPeriod.YEAR: 2}


def period_name(period: str, starts_on: date) -> str:
    """ "November 2026", "Q4 2026", "2026"."""
    if period == TargetPeriod.MONTH:
        return date_format(starts_on, "YEAR_MONTH_FORMAT")
    if period == TargetPeriod.QUARTER:
        words = {"quarter": (starts_on.month + 2) // 3, "year": starts_on.year}
        return _("Q%(quarter)s %(year)s") % words
    return str(starts_on.year)


def running(period: str, today: date) -> date:
    """The first day of the running month, quarter or year."""
    months = MONTHS[TargetPeriod(period)]
    return date(today.year, (today.month - 1) // months * months + 1, 1)


def periods_ahead(today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The running month, quarter and year and those after them, for a choice."""
    groups = []
    for period, count in AHEAD.items():
        start = running(period, today)
        starts = [shifted(start, "month", number * MONTHS[period]) for number in range(count)]
        options = [(f"{period}:{each.isoformat()}", period_name(period, each)) for each in starts]
        groups.append((str(period.label), options))
    return groups


class TargetForm(forms.Form):
    """A period and its target; an empty target is taken away."""

    period = forms.ChoiceField(label=gettext_lazy("Period"))
    amount = forms.DecimalField(
        label=gettext_lazy("Target"),
        required=False,
        max_digits=17,
        decimal_places=2,
        min_value=0,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
        help_text=gettext_lazy("Leave it empty to take the target away."),
        error_messages={"min_value": gettext_lazy("Enter a target of 0 or more.")},
    )

    def __init__(self, *args: Any, today: date, unit: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["period"]
        choice.choices = periods_ahead(today)
        if unit:
            self.fields["amount"].label = _("Target, %(currency)s") % {"currency": unit}

    @property
    def chosen(self) -> tuple[str, date]:
        period, _colon, start = self.cleaned_data["period"].partition(":")
        return period, date.fromisoformat(start)
