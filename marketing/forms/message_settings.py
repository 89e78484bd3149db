"""What the settings of messages ask."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketing.models import ContactPreference, MarketingOptions, Purpose
from marketing.services.message_settings import OPTIONS
from marketing.services.sending.addresses import require_plain


class OptionsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Limits, what follows from bounces, and who writes."""

    class Meta:
        model = MarketingOptions
        fields = OPTIONS
        help_texts = {
            "week_cap": _("Of all campaigns together, for each person. Empty: no limit."),
            "month_cap": _("Empty: no limit. A person can want fewer, never more."),
            "sender_address": _(
                "The mail server must be allowed to send for this address, or messages end up as spam."
            ),
            "reply_to": _("Empty: the sender's address."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("sender_address", "reply_to"):
            self.fields[name].validators.append(require_plain)

    def groups(self) -> dict[str, list[forms.BoundField]]:
        """The fields as the page shows them together."""
        names = {
            "senders": ("sender_name", "sender_address", "reply_to"),
            "caps": ("week_cap", "month_cap"),
            "policies": OPTIONS[2:8],
        }
        return {key: [self[name] for name in some] for key, some in names.items()}


class PurposeForm(forms.Form):
    """A purpose, and what recipients call it in each language."""

    name = forms.CharField(label=pgettext_lazy("purpose", "Name"), max_length=80)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your colleagues."),
    )
    is_confirmed = forms.BooleanField(
        label=_("A consent by a web form counts only when it was confirmed by e-mail"),
        required=False,
    )

    def __init__(self, data: Any = None, *, purpose: Purpose) -> None:
        self.purpose = purpose
        names = ("name", "description", "is_confirmed")
        super().__init__(data, initial={name: getattr(purpose, name) for name in names})
        for code, language in settings.LANGUAGES:
            self.fields[f"public_{code}"] = forms.CharField(
                label=_("Name for recipients: %(language)s") % {"language": language},
                max_length=120,
                required=False,
                initial=purpose.public_names.get(code, ""),
            )
        self.order_fields(["name", *self._public, "description", "is_confirmed"])

    @property
    def _public(self) -> list[str]:
        return [f"public_{code}" for code, _language in settings.LANGUAGES]

    def filled(self) -> Purpose:
        said = self.cleaned_data
        self.purpose.name = " ".join(said["name"].split())
        self.purpose.description = said["description"]
        self.purpose.is_confirmed = said["is_confirmed"]
        codes = [code for code, _language in settings.LANGUAGES]
        public = {code: said[f"public_{code}"].strip() for code in codes}
        self.purpose.public_names = {code: name for code, name in public.items() if name}
        return self.purpose


class SuppressionForm(forms.Form):
    """Addresses that get nothing any more, one or a pasted list."""

    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or many, on lines or with commas."),
    )
    detail = forms.CharField(label=pgettext_lazy("suppression", "Why"), max_length=300)


class ConsentForm(forms.Form):
    """What a colleague notes of a person's consent, with the reason for it."""

    choice = forms.ChoiceField(label=_("Purpose"))
    state = forms.ChoiceField(
        label=pgettext_lazy("consent", "State"),
        choices=(
            ("granted", pgettext_lazy("consent", "Given")),
            ("withdrawn", pgettext_lazy("consent", "Withdrawn")),
        ),
    )
    detail = forms.CharField(
        label=_("On whose word"),
        max_length=300,
        help_text=_("Such as: asked for it by phone, signed up at the fair. It is kept as proof."),
    )

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="consent_%s")
        choice: Any = self.fields["choice"]
        choice.choices = choices


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """How often a person wants messages at most, as a colleague heard it."""

    class Meta:
        model = ContactPreference
        fields = ("week_cap", "month_cap", "detail")
        labels = {"detail": _("On whose word")}
        help_texts = {
            "week_cap": _("Of all campaigns together. Empty: as the company limits it."),
            "detail": _(
                "Such as: asked for it by phone, signed up at the fair. It is kept as proof."
            ),
        }

    def __init__(self, data: Any = None, *, instance: ContactPreference | None = None) -> None:
        super().__init__(data, instance=instance, auto_id="limits_%s")
        self.fields["detail"].required = True
        self.initial["detail"] = ""
