"""A new token of the API."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.models import Role, User
from core.scopes import EVERYTHING, scope_groups


class TokenForm(forms.Form):
    """A new token: what it is for, how long, under which role."""

    DAYS = (
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("One year")),
        ("", _("Never")),
    )

    name = forms.CharField(
        label=pgettext_lazy("token", "Name"),
        max_length=80,
        help_text=_("What will use it: “Newsletter”, “ERP nightly”."),
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=_("Expires after"), choices=DAYS, required=False, initial="90")
    role = forms.ModelChoiceField(
        Role.objects.all(),
        label=_("Role it acts under"),
        required=False,
        empty_label=_("All that I may"),
        help_text=_("It may do what both you and this role may."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = scope_groups(permissions.access_of(user))
        known = [EVERYTHING, *(scope for group in self.groups for scope, _label in group.scopes)]
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101  # declared above
        scopes.choices = [(scope, scope) for scope in known]

    @property
    def chosen(self) -> list[str]:
        """The scopes that are ticked."""
        return self.data.getlist("scopes") if self.is_bound else []  # type: ignore[attr-defined]  # a QueryDict

    def values(self, at: datetime) -> dict[str, Any]:
        days = self.cleaned_data["days"]
        return {
            "name": self.cleaned_data["name"],
            "wanted": self.cleaned_data["scopes"],
            "role": self.cleaned_data["role"],
            "expires_at": at + timedelta(days=int(days)) if days else None,
        }
