"""Forms of trying the lead score on a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import FileTrial
from analytics.services.columns_of_files import (
    has_values,
    is_too_varied,
    may_be_target,
    outcomes_of,
)
from analytics.services.file_trials import Choices
from core.errors import Refused
from crm.forms import FileForm

LEARN, LEAVE, TIME = "learn", "leave", "time"
WON, LOST, OUT = "won", "lost", ""


class TrialForm(FileForm):
    """A file to try the score on, or its rows pasted."""

    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        required=False,
        allow_empty_file=True,  # the service says what to do then
        help_text=gettext_lazy(
            "A row for each lead, a header row, and a column that says who converted. Text in UTF-8, UTF-16, GB18030 or of Windows and Excel workbooks (.xlsx) are read."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,text/csv"}),
    )


class ColumnsForm:
    """What each column of a file is used for, as it is shown and as it is sent.

    Not a form of Django's: its fields are the columns. `sent` is None where nothing was sent yet.
    """

    def __init__(self, trial: FileTrial, sent: MultiValueDict[str, str] | None = None) -> None:
        self.trial, self.sent = trial, sent
        self.error = ""
        self.target = self._target()

    @property
    def targets(self) -> list[dict[str, Any]]:
        """The columns that could say who converted."""
        return [
            {"place": place, "name": column["name"], "is_chosen": column is self.target}
            for place, column in enumerate(self.trial.columns)
            if may_be_target(column)
        ]

    @property
    def is_target_varied(self) -> bool:
        """Whether the target has too many values to be one."""
        return self.target is not None and is_too_varied(self.target)

    @property
    def place(self) -> int | None:
        """Where the target stands."""
        return self.trial.columns.index(self.target) if self.target else None

    @property
    def target_values(self) -> list[dict[str, Any]]:
        """The target's values with their counts, and what each counts as."""
        if self.target is None:
            return []
        counts_as = self._counts_as(self.target)
        return [
            {"text": text, "rows": rows, "counts_as": counts_as.get(text, OUT)}
            for text, rows in self.target["values"]
        ]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The other columns: what they hold and what they are used for."""
        uses, groups = self._uses(), self._groups()
        return [
            {
                "place": place,
                "name": column["name"],
                "examples": _examples(column),
                "is_empty": not column["values"] and not column["is_varied"],
                "use": uses[place],
                "may_be_group": has_values(column),
                "is_group": place in groups,
            }
            for place, column in enumerate(self.trial.columns)
            if column is not self.target
        ]

    def choices(self) -> Choices:
        """What was sent; refuses what cannot be tried."""
        if self.target is None:
            raise Refused(_("Choose the column that says who converted."))
        if self.is_target_varied:
            raise Refused(
                _("“%(name)s” has too many different values to say who converted.")
                % {"name": self.target["name"]}
            )
        uses, names = self._uses(), self.trial.names
        timed = [place for place, use in uses.items() if use == TIME and place != self.place]
        if len(timed) > 1:
            raise Refused(_("Only one column can be the time."))
        counts_as = self._counts_as(self.target)
        if not {WON, LOST} <= set(counts_as.values()):
            raise Refused(
                _("All rows ended the same way. The score needs converted and other ones.")
            )
        return Choices(
            target=self.target["name"],
            converted=[text for text, kind in counts_as.items() if kind == WON],
            not_converted=[text for text, kind in counts_as.items() if kind == LOST],
            left_out=[names[place] for place, use in uses.items() if use == LEAVE],
            time_column=names[timed[0]] if timed else "",
            groups=[names[place] for place in sorted(self._groups())],
        )

    @property
    def is_about_other_values(self) -> bool:
        """Whether the values that were sent are those of another column than the one chosen."""
        if self.sent is None or self.target is None:
            return False
        return self.sent.get("values_of") != str(self.place)

    def _target(self) -> dict[str, Any] | None:
        columns = self.trial.columns
        if self.sent is None:
            return next((each for each in columns if each["name"] == self.trial.target), None)
        place = self._place_in(self.sent.get("target", ""))
        found = columns[place] if place is not None else None
        return found if found and may_be_target(found) else None

    def _place_in(self, text: str) -> int | None:
        is_place = text.isascii() and text.isdecimal() and len(text) < 5
        return int(text) if is_place and int(text) < len(self.trial.columns) else None

    def _counts_as(self, column: Mapping[str, Any]) -> dict[str, str]:
        texts = [text for text, _rows in column["values"]]
        if self.sent is not None and not self.is_about_other_values:
            given = self.sent.getlist("counts_as")
            if len(given) == len(texts):
                return dict(zip(texts, given, strict=True))
        if column["name"] == self.trial.target and self.trial.converted:
            won, lost = self.trial.converted, self.trial.not_converted
            return {text: WON if text in won else LOST if text in lost else OUT for text in texts}
        names = {True: WON, False: LOST, None: OUT}
        return {text: names[found] for text, found in outcomes_of(dict(column)).items()}

    def _uses(self) -> dict[int, str]:
        trial, columns = self.trial, len(self.trial.columns)
        if self.sent is not None:
            given = zip(self.sent.getlist("column"), self.sent.getlist("use"), strict=False)
            found = {self._place_in(column): use for column, use in given}
            return {place: found.get(place, LEARN) for place in range(columns)}
        return {
            place: TIME if name == trial.time_column else LEAVE if name in trial.left_out else LEARN
            for place, name in enumerate(trial.names)
        }

    def _groups(self) -> set[int]:
        if self.sent is not None:
            places = {self._place_in(text) for text in self.sent.getlist("group")}
        else:
            places = {place for place, n in enumerate(self.trial.names) if n in self.trial.groups}
        return {
            place for place in places if place is not None and has_values(self.trial.columns[place])
        }


def _examples(column: Mapping[str, Any]) -> Sequence[str]:
    return column["examples"] or [text for text, _rows in column["values"][:3]]
