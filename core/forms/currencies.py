"""Rates, and the company's own currency."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import ExchangeRate, Installation


class RateForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What one unit of a currency is worth from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ["currency", "valid_from", "rate"]
        widgets = {
            "valid_from": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "rate": forms.NumberInput(attrs={"step": "any", "min": "0"}),
        }
        error_messages = {"rate": {"min_value": _("Enter a rate above 0.")}}

    def validate_unique(self) -> None:
        """The service says it in a sentence."""


class BaseCurrencyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The company's own currency."""

    class Meta:
        model = Installation
        fields = ["base_currency"]
