"""Forms of users, teams and roles."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.company import company
from core.forms.zones import zone_choices
from core.models import Role, Team, User


class InvitationForm(forms.Form):
    """New colleagues, one or several."""

    people = forms.CharField(
        label=_("E-mail addresses"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line. With a name: Ada Lovelace <ada@example.com>"),
    )
    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"), queryset=Role.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.all(), required=False, empty_label=_("No team")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=lambda: company().offered, initial=lambda: company().language
    )


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What administrators say of a user."""

    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["name", "email", "team", "roles", "language", "time_zone"]
        widgets = {"roles": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, may_set_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = not may_set_email
        choice: Any = self.fields["time_zone"]
        choice.choices = zone_choices()


class ColleagueForm(forms.Form):
    """Who takes somebody's records."""

    to = forms.ModelChoiceField(
        label=_("Colleague"), queryset=User.objects.none(), empty_label=_("Choose a colleague")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["to"]
        chosen.queryset = User.objects.filter(is_active=True).exclude(pk=user.pk)


class TeamForm(forms.Form):
    """A team's name and its place in the tree."""

    name = forms.CharField(label=pgettext_lazy("team", "Name"), max_length=100)
    parent = forms.ModelChoiceField(
        label=pgettext_lazy("team", "Part of"),
        queryset=Team.objects.all(),
        required=False,
        empty_label=_("No other team"),
    )


class DissolveForm(forms.Form):
    """Which team takes the people and the records."""

    into = forms.ModelChoiceField(
        label=_("Team that takes everything"),
        queryset=Team.objects.none(),
        empty_label=_("Choose a team"),
    )

    def __init__(self, *args: Any, team: Team, without: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["into"]
        chosen.queryset = Team.objects.exclude(pk__in=[team.pk, *without])


class RoleForm(forms.Form):
    """What a role is called; its rights are the table below."""

    name = forms.CharField(label=pgettext_lazy("role", "Name"), max_length=100)
    description = forms.CharField(label=_("Description"), max_length=300, required=False)


class NewRoleForm(forms.Form):
    """A role to begin with."""

    name = forms.CharField(label=pgettext_lazy("role", "Name"), max_length=100)
    like = forms.ModelChoiceField(
        label=_("Begins with the rights of"),
        queryset=Role.objects.filter(is_administrator=False),
        required=False,
        empty_label=_("Nothing"),
    )
