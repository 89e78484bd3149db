"""The form of a new installation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Refused


class SetUpForm(forms.Form):
    """The first administrator."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least eight characters, and not a common one."),
    )
    token = forms.CharField(
        label=_("Set-up token"),
        help_text=_("The SETUP_TOKEN of this installation; who installed it knows it."),
    )

    def __init__(self, *args: Any, needs_token: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_token:
            del self.fields["token"]

    def refuse_token(self) -> None:
        raise Refused(str(_("The set-up token is not the one of this installation.")))
