"""Forms of the core."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.choices import Currency, FieldType, Hue, KnownWhen, Sharing
from core.errors import Refused
from core.models import CustomField, ExchangeRate, Installation, Role, Tag, User
from core.people.zones import zone_choices
from core.queries.company import company
from core.scopes import EVERYTHING, scope_groups
from core.services.custom_fields import CHOSEN_TYPES, options_from


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


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What users set for themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme", "has_hotkeys", "hides_start"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["time_zone"]
        zone.choices = zone_choices()
        language: Any = self.fields["language"]
        language.choices = company().offered


class CustomFieldForm(forms.Form):
    """What is said of a custom field; of its options, currency and target where its type has them.

    Each option has a control of its own, so that a new label is not taken for a new option.
    """

    label = forms.CharField(label=pgettext_lazy("field", "Name"), max_length=200)
    help_text = forms.CharField(
        label=_("Help"),
        max_length=300,
        required=False,
        help_text=_("Stands below the field in forms."),
    )
    target = forms.ChoiceField(label=_("Leads to"))
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=Currency,
        help_text=_("One for all values, so that they can be compared."),
    )
    more_options = forms.CharField(
        label=_("Options"),
        required=False,
        help_text=_("One on each line."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    is_open = forms.BooleanField(
        label=_("Imports may add options"),
        required=False,
    )
    is_required = forms.BooleanField(label=_("Has to be filled in in forms"), required=False)
    known_when = forms.ChoiceField(
        label=_("When is it known?"),
        choices=KnownWhen,
        help_text=_("A score never learns from fields that are filled in after contact."),
    )

    def __init__(
        self,
        *args: Any,
        field: CustomField,
        targets: Sequence[tuple[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        for name in ("label", "help_text", "currency", "is_open", "is_required", "known_when"):
            self.initial.setdefault(name, getattr(field, name))
        chosen: Any = self.fields["target"]
        chosen.choices = targets
        for name in self._left_out():
            del self.fields[name]
        if "more_options" in self.fields:
            self._add_options()

    def _left_out(self) -> set[str]:
        kind = self.field.type
        parts = {
            "target": kind == FieldType.LINK and self.field.pk is None,
            "currency": kind == FieldType.MONEY,
            "more_options": kind in CHOSEN_TYPES,
            "is_open": kind in CHOSEN_TYPES,
        }
        return {name for name, is_asked in parts.items() if not is_asked}

    def _add_options(self) -> None:
        before_more = list(self.fields).index("more_options")
        names = list(self.fields)
        for place, option in enumerate(self.field.options):
            name = f"option_{place}"
            self.fields[name] = forms.CharField(
                label=_("Option %(number)s") % {"number": place + 1},
                max_length=200,
                required=False,
                initial=option["label"],
            )
            names.insert(before_more + place, name)
        if self.field.options:
            self.fields["more_options"].label = _("More options")
        self.order_fields(names)

    def values(self) -> dict[str, Any]:
        """What the service takes; an option that was emptied is taken away."""
        data = self.cleaned_data
        values = {name: data[name] for name in data if not name.startswith(("option_", "more_"))}
        if "more_options" not in self.fields:
            return values
        kept = [
            {**option, "label": data[f"option_{place}"].strip()}
            for place, option in enumerate(self.field.options)
            if data.get(f"option_{place}", "").strip()
        ]
        lines = [line.strip() for line in data["more_options"].splitlines() if line.strip()]
        taken = {option["key"] for option in self.field.options}
        return {**values, "options": [*kept, *options_from(lines, taken)]}


VIEW_ICONS = {
    "": _("None"),
    "star": _("Star"),
    "flame": _("Flame"),
    "target": _("Target"),
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


class TagForm(forms.Form):
    """A tag's name and colour."""

    name = forms.CharField(label=pgettext_lazy("tag", "Name"), max_length=60)
    hue = forms.ChoiceField(
        label=_("Colour"), choices=Hue, required=False, widget=forms.RadioSelect
    )


class TagMergeForm(forms.Form):
    """Which of some tags stays."""

    into = forms.ChoiceField(label=_("Which one stays?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, tags: Sequence[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tags = {str(tag.pk): tag for tag in tags}
        choice: Any = self.fields["into"]
        choice.choices = [(pk, tag.name) for pk, tag in self.tags.items()]

    @property
    def chosen(self) -> Tag:
        return self.tags[self.cleaned_data["into"]]


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
