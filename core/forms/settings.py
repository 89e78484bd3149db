"""What users set for themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.company import company
from core.forms.zones import zone_choices
from core.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What users set for themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = [
            "name",
            "language",
            "time_zone",
            "theme",
            "has_hotkeys",
            "wants_digest",
            "hides_start",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["time_zone"]
        zone.choices = zone_choices()
        language: Any = self.fields["language"]
        language.choices = company().offered
