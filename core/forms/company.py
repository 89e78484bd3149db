"""What is said of the company."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.forms.zones import zone_choices
from core.models import Installation
from core.values_in_files.phones import dialling_countries


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What is said of the company that uses the installation."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Of new users, and of the hours of schedules.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People choose among these."),
    )

    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Where telephone numbers without + are dialled."),
    )

    class Meta:
        model = Installation
        fields = [
            "name",
            "accent",
            "time_zone",
            "week_start",
            "languages",
            "language",
            "country",
            "stale_after_days",
            "address",
        ]
        widgets = {
            "accent": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "week_start": _("Of “this week” in filters."),
            "language": _("Of new users, and of visitors who read none of the languages."),
            "stale_after_days": _("Counted on the page of data quality as touched too long ago."),
            "address": _("Stands at the foot of what you send."),
        }

    def __init__(self, data: Any = None, *, installation: Installation) -> None:
        super().__init__(data, instance=installation)
        self.initial["languages"] = installation.languages or list(dict(settings.LANGUAGES))
        choice: Any = self.fields["time_zone"]
        choice.choices = zone_choices()
        countries: Any = self.fields["country"]
        countries.choices = [("", "—"), *dialling_countries()]
