"""What is said of the company."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.forms.zones import zone_choices
from core.models import Installation


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

    class Meta:
        model = Installation
        fields = [
            "name",
            "accent",
            "time_zone",
            "week_start",
            "languages",
            "language",
            "address",
        ]
        widgets = {
            "accent": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "week_start": _("Of “this week” in filters."),
            "language": _("Of new users, and of visitors who read none of the languages."),
            "address": _("Stands at the foot of what you send."),
        }

    def __init__(self, data: Any = None, *, installation: Installation) -> None:
        super().__init__(data, instance=installation)
        self.initial["languages"] = installation.languages or list(dict(settings.LANGUAGES))
        choice: Any = self.fields["time_zone"]
        choice.choices = zone_choices()
