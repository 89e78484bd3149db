"""Forms of the lifecycle: a stage, the terms, a contact to try the stages on, an answer to a suggestion."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models import LifecycleTerms
from core.models import User
from core.records.links import LinkField
from crm.choices import LifeRole, LifeTone
from crm.models import LifeStage

NAME = "name_"


def _amount(label: Any, text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=text, min_value=0, max_digits=12, decimal_places=2
    )


class StageForm(forms.Form):
    """A stage; the filter builder asks who stands in it."""

    role = forms.ChoiceField(
        label=pgettext_lazy("lifecycle", "Part of the way"),
        choices=LifeRole.choices,
        help_text=_("A company stands as far as its furthest contact who has not drifted away."),
    )
    tone = forms.ChoiceField(label=_("Colour"), choices=LifeTone.choices)
    margin = forms.DecimalField(
        label=_("Margin in %"),
        help_text=_("What of the value won from this stage remains."),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    cost = _amount(_("Cost of a month"), _("Of a contact in this stage, in the base currency."))
    is_enabled = forms.BooleanField(label=pgettext_lazy("stage", "In use"), required=False)

    PLAIN = ("role", "tone", "margin", "cost", "is_enabled")

    def __init__(self, data: Any = None, *, stage: LifeStage, typed: Any = None) -> None:
        """`typed` is what stands in the form while only lines of the condition change."""
        self.stage = stage
        initial = {name: getattr(stage, name) for name in self.PLAIN}
        initial |= {f"{NAME}{code}": stage.names.get(code, "") for code, _l in settings.LANGUAGES}
        if typed is not None:
            initial = {name: typed.get(name, "") for name in initial}
        super().__init__(data, initial=initial)
        names = {
            f"{NAME}{code}": forms.CharField(
                label=_("Name (%(language)s)") % {"language": label},
                max_length=60,
                required=code == settings.LANGUAGE_CODE,
            )
            for code, label in settings.LANGUAGES
        }
        self.fields = names | self.fields

    @property
    def named(self) -> list[Any]:
        return [self[f"{NAME}{code}"] for code, _label in settings.LANGUAGES]

    @property
    def said(self) -> list[Any]:
        return [self[name] for name in self.PLAIN]

    def filled(self) -> LifeStage:
        """The stage with what the form says."""
        said = self.cleaned_data
        for name in self.PLAIN:
            setattr(self.stage, name, said[name])
        self.stage.names = {code: said[f"{NAME}{code}"] for code, _label in settings.LANGUAGES}
        return self.stage


class TermsForm(forms.Form):
    """What actions cost, and what money of the next month is worth now."""

    discount = forms.DecimalField(
        label=_("Worth of the next month"),
        help_text=_("What 1 of the next month counts for now, such as 0.97."),
        min_value=0,
        max_value=0.999,
        max_digits=5,
        decimal_places=4,
    )
    email_cost = _amount(_("Cost of an e-mail"))
    call_cost = _amount(_("Cost of a call"))
    meeting_cost = _amount(_("Cost of a meeting"))
    offer_cost = _amount(_("Cost of a quote"))

    def __init__(self, data: Any = None, *, terms: LifecycleTerms) -> None:
        super().__init__(data, initial={name: getattr(terms, name) for name in self.base_fields})


class TryForm(forms.Form):
    """On which contact the stages are tried."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"] = LinkField(target="crm.contact", user=user, label=_("Contact"))


class SnoozeForm(forms.Form):
    """Until which day a suggestion waits."""

    until = forms.DateField(
        label=_("Suggest it again on"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"until": today + timedelta(days=7)})


class RefuseForm(forms.Form):
    """Why a suggestion is not useful."""

    reason = forms.CharField(
        label=_("Why it is not useful"), max_length=300, required=False, strip=True
    )
