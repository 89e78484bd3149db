"""The form of a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Sharing
from core.models import User

VIEW_ICONS = {
    "": _("None"),
    "star": _("Star"),
    "flame": _("Flame"),
    "target": pgettext_lazy("picture", "Target"),
    "bolt": _("Bolt"),
    "clock": _("Clock"),
    "calendar": _("Calendar"),
    "user": _("Person"),
    "users": _("People"),
    "building": _("Building"),
    "coins": _("Money"),
    "phone": _("Telephone"),
    "mail": _("Mail"),
    "heart-handshake": _("Handshake"),
    "alert-triangle": _("Warning"),
    "world": _("World"),
}


class SavedViewForm(forms.Form):
    """What a saved view is called, and who has it."""

    name = forms.CharField(label=_("Name of the view"), max_length=80)
    icon = forms.ChoiceField(label=_("Icon"), choices=VIEW_ICONS, required=False)
    sharing = forms.ChoiceField(
        label=_("For"), choices=Sharing.choices, initial=Sharing.PRIVATE, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.team_id is None:
            choice: Any = self.fields["sharing"]
            choice.choices = [(k, label) for k, label in Sharing.choices if k != Sharing.TEAM]
