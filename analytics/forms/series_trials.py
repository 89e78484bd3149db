"""Forms of forecasting a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import SeriesTrial
from analytics.services.columns_of_series import (
    MOST_DRIVERS,
    MOST_HORIZON,
    MOST_SEASON,
    NUMBER,
    may_be_time,
)
from analytics.services.series_trials import SeriesChoices
from crm.forms import FileForm

MOST_ROWS = 200_000
LEAVE = ""
USE = "use-"


class SeriesForm(FileForm):
    """A file whose series are forecast, or its rows pasted."""

    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        required=False,
        allow_empty_file=True,  # the service says what to do then
        help_text=gettext_lazy(
            "A row for each value: its time, the value and, if wanted, what drives it, such as price, spend or holidays. Rows after the last value may say how the drivers go on. Text in UTF-8, UTF-16, GB18030 or of Windows, Excel workbooks (.xlsx) and packed files (.gz) are read."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.gz,text/csv"}),
    )


class SeriesColumnsForm(forms.Form):
    """Which columns hold time, values and names; how far ahead; what drives the values.

    Columns are sent by their place in the file. Only columns of numbers can be drivers.
    """

    time = forms.TypedChoiceField(
        label=gettext_lazy("Time"),
        coerce=int,
        help_text=gettext_lazy("Dates, months or whole numbers, one for each value."),
        error_messages={
            "required": gettext_lazy("Choose the column that says when."),
            "invalid_choice": gettext_lazy("Choose the column that says when."),
        },
    )
    value = forms.TypedChoiceField(
        label=gettext_lazy("Values to forecast"),
        coerce=int,
        help_text=gettext_lazy("Prices, sales, visits: any number that goes on."),
        error_messages={
            "required": gettext_lazy("Choose the column that is forecast."),
            "invalid_choice": gettext_lazy("Choose the column that is forecast."),
        },
    )
    names = forms.TypedChoiceField(
        label=gettext_lazy("Name of the series"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "If the file holds several, such as products or regions; the first 20 are forecast."
        ),
    )
    horizon = forms.IntegerField(
        label=gettext_lazy("Steps ahead"), min_value=1, max_value=MOST_HORIZON
    )
    season = forms.IntegerField(
        label=gettext_lazy("Steps in a season"),
        required=False,
        min_value=1,
        max_value=MOST_SEASON,
        help_text=gettext_lazy(
            "Months 12, quarters 4, weeks 52, days 7; 1 for none. Empty: by the dates."
        ),
    )
    arima = forms.BooleanField(
        label=gettext_lazy("Try seasonal ARIMA, too; it takes some seconds a series"),
        required=False,
    )

    def __init__(self, trial: SeriesTrial, data: Any = None) -> None:
        self.trial = trial
        names = trial.names
        initial: dict[str, Any] = {
            "time": names.index(trial.time_column) if trial.time_column else None,
            "value": names.index(trial.value_column) if trial.value_column else None,
            "names": names.index(trial.id_column) if trial.id_column else None,
            "horizon": trial.horizon,
            "season": trial.season,
            "arima": trial.has_arima,
        }
        super().__init__(data, initial=initial)
        columns = list(enumerate(trial.columns))
        choose = [("", _("Choose a column"))]
        self._choices("time", choose, [p for p, each in columns if may_be_time(each)])
        self._choices("value", choose, [p for p, each in columns if each["kind"] == NUMBER])
        self._choices(
            "names",
            [("", _("One series"))],
            [p for p, each in columns if each["values"] or each["is_varied"]],
        )
        for place, column in columns:
            if column["kind"] == NUMBER:
                self.fields[f"{USE}{place}"] = forms.ChoiceField(
                    choices=[
                        (LEAVE, _("No")),
                        (SeriesTrial.AHEAD, _("Future is in the file")),
                        (SeriesTrial.PAST, _("Only its past is known")),
                    ],
                    required=False,
                    initial=trial.drivers.get(column["name"], LEAVE),
                    label=_("Does %(column)s drive the values?") % {"column": column["name"]},
                )

    def _choices(self, name: str, first: list[tuple[str, str]], places: list[int]) -> None:
        field: Any = self.fields[name]
        field.choices = [*first, *((str(place), self.trial.names[place]) for place in places)]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The columns that may drive the values, what stands in them, and what they are used for."""
        taken = {str(self[name].value()) for name in ("time", "value", "names")}
        return [
            {
                "name": column["name"],
                "examples": column["examples"] or [text for text, _rows in column["values"][:3]],
                "missing": self.trial.rows - column["filled"],
                "field": self[f"{USE}{place}"],
                "is_taken": str(place) in taken,
            }
            for place, column in enumerate(self.trial.columns)
            if column["kind"] == NUMBER
        ]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("time", "value", "names")]

    @property
    def step_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("horizon", "season")]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.trial.rows > MOST_ROWS:
            raise forms.ValidationError(
                _(
                    "The file has more than %(limit)s rows. Sum the values by day, week or month first."
                )
                % {"limit": f"{MOST_ROWS:,}"}
            )
        chosen = [given.get(name) for name in ("time", "value", "names")]
        chosen = [place for place in chosen if place is not None]
        if len(chosen) > len(set(chosen)):
            raise forms.ValidationError(_("Time, values and names are columns of their own."))
        if len(self._drivers(given)) > MOST_DRIVERS:
            raise forms.ValidationError(
                _("%(most)s drivers at most: more cannot be told apart.") % {"most": MOST_DRIVERS}
            )
        return given

    def _drivers(self, given: dict[str, Any]) -> dict[str, str]:
        chosen = {given.get(name) for name in ("time", "value", "names")}
        return {
            name: given[f"{USE}{place}"]
            for place, name in enumerate(self.trial.names)
            if given.get(f"{USE}{place}") and place not in chosen
        }

    def choices(self) -> SeriesChoices:
        """What was chosen, of a valid form."""
        given, names = self.cleaned_data, self.trial.names
        return SeriesChoices(
            time_column=names[given["time"]],
            value_column=names[given["value"]],
            id_column="" if given["names"] is None else names[given["names"]],
            horizon=given["horizon"],
            season=given["season"],
            drivers=self._drivers(given),
            has_arima=given["arima"],
        )
