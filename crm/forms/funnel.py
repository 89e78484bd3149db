"""What is asked of the funnel report."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.conditions import Condition, Criterion
from core.models import Team, User
from crm.models import Pipeline
from crm.queries.periods import CUSTOM, DEFAULT, LABELS, preset_names

ANY = ("", pgettext_lazy("choice", "any"))
DAY = {"type": "date"}
FILTERS = ("team", "owner", "source", "products")
SENDS = {"data-submit": ""}


class FunnelForm(forms.Form):
    """Pipeline, time, and whose deals; the filters that the reader may not use are not there."""

    pipeline = forms.TypedChoiceField(label=_("Pipeline"), coerce=int, required=False)
    period = forms.ChoiceField(label=_("Time"), required=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=DAY))
    team = forms.TypedChoiceField(label=_("Team"), coerce=int, required=False)
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int, required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    products = forms.TypedChoiceField(label=_("Product"), coerce=int, required=False)

    def __init__(
        self,
        *args: Any,
        pipelines: Sequence[Pipeline],
        teams: Sequence[Team],
        owners: Sequence[User],
        sources: Sequence[str],
        products: Sequence[tuple[int, str]],
        hidden: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("pipeline", [(row.pk, str(row)) for row in pipelines])
        self._offer("period", [(key, LABELS[key]) for key in (*preset_names(), CUSTOM)])
        offered: dict[str, Sequence[tuple[Any, str]]] = {
            "team": [(row.pk, row.name) for row in teams],
            "owner": [(row.pk, row.display_name) for row in owners],
            "source": [(source, source) for source in sources],
            "products": products,
        }
        for name, choices in offered.items():
            if name in hidden or len(choices) < 2:
                del self.fields[name]
            else:
                self._offer(name, [ANY, *choices])

    def _offer(self, name: str, choices: Sequence[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices
        field.widget.attrs |= SENDS

    @property
    def wanted_period(self) -> str:
        """The key of the time; two days alone say that they are meant."""
        given = self.cleaned_data
        has_days = bool(given.get("first") and given.get("last"))
        return given.get("period") or (CUSTOM if has_days else DEFAULT)

    @property
    def shows_days(self) -> bool:
        return bool(self.is_bound and self.data.get("period") == CUSTOM)

    def conditions(self) -> Iterator[Condition]:
        """The filters as the list of deals has them."""
        for name in FILTERS:
            value = self.cleaned_data.get(name)
            if value:
                yield Criterion(name, "has_any" if name == "products" else "is", [value])
