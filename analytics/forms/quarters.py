"""Calling a quarter, and setting quotas."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Team, User

AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2, "min_value": 0}


def _amount(label: Any, currency: str, **more: Any) -> forms.DecimalField:
    words = {"label": label, "currency": currency}
    return forms.DecimalField(
        label=_("%(label)s, %(currency)s") % words,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"}),
        error_messages={"min_value": _("Enter an amount of 0 or more.")},
        **AMOUNT,
        **more,
    )


class CallForm(forms.Form):
    """What somebody will bring, and why."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["amount"] = _amount(_("My call"), currency)
        self.order_fields(["amount", "note"])


class QuotasForm(forms.Form):
    """An amount for each team and each person; an empty one is no quota."""

    def __init__(
        self,
        *args: Any,
        people: Iterable[User],
        teams: Iterable[Team],
        currency: str,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.of: dict[str, tuple[str, int]] = {}
        for team in teams:
            self._add(f"team-{team.pk}", team.name, currency, ("team", team.pk))
        for person in people:
            self._add(f"user-{person.pk}", person.display_name, currency, ("user", person.pk))

    def _add(self, name: str, label: str, currency: str, of: tuple[str, int]) -> None:
        self.fields[name] = _amount(label, currency, required=False)
        self.of[name] = of

    def said(self, kind: str) -> Mapping[int, Decimal | None]:
        """The quotas of people ("user") or of teams ("team") by number."""
        return dict(self._said(kind))

    def _said(self, kind: str) -> Iterator[tuple[int, Decimal | None]]:
        for name, (which, pk) in self.of.items():
            if which == kind:
                yield pk, self.cleaned_data[name]
