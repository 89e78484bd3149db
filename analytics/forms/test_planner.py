"""What somebody plans to test: the form of the calculator."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LOOKS = (
    ("once", gettext_lazy("Once, when all days are over")),
    ("daily", gettext_lazy("Every day")),
)


class TestPlannerForm(forms.Form):
    """Percentages as people write them; people and a change are alternatives."""

    __test__ = False  # pytest would take it for tests

    usual = forms.FloatField(
        label=gettext_lazy("Usual share, %"),
        min_value=0.01,
        max_value=99.0,
        initial=5.0,
        help_text=gettext_lazy(
            "What share clicks, answers or buys without it, as in your last campaigns."
        ),
    )
    change = forms.FloatField(
        label=gettext_lazy("Smallest change worth having, points"),
        min_value=0.01,
        max_value=99.0,
        initial=1.0,
        help_text=gettext_lazy("1 is from 5% to 6%. What is smaller you would not act on."),
    )
    held_out = forms.FloatField(
        label=gettext_lazy("Share of the smaller part, %"),
        min_value=1.0,
        max_value=50.0,
        initial=50.0,
        help_text=gettext_lazy(
            "10 for a control group of one in ten; 50 for two variants of equal size."
        ),
    )
    looks = forms.ChoiceField(
        label=gettext_lazy("You look at the result"), choices=LOOKS, initial="daily"
    )
    audience = forms.IntegerField(
        label=gettext_lazy("People you have"),
        min_value=10,
        max_value=1_000_000_000,
        required=False,
        help_text=gettext_lazy("Then the smallest change is told that they can show."),
    )
    per_day = forms.IntegerField(
        label=gettext_lazy("People a day"),
        min_value=1,
        max_value=1_000_000_000,
        required=False,
        help_text=gettext_lazy("For journeys and forms, where people come one by one."),
    )

    @classmethod
    def filled(cls, query: Mapping[str, str]) -> "TestPlannerForm":
        """With what an address asks; the rest as the form begins."""
        initial = {name: field.initial for name, field in cls.base_fields.items()}
        return cls({**initial, **{name: query[name] for name in query if name in initial}})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"usual", "change"} <= cleaned.keys() and cleaned["usual"] + cleaned["change"] >= 100:
            self.add_error(
                "change", _("Together with the usual share this is more than everybody.")
            )
        return cleaned
