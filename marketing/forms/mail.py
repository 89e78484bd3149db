"""What is asked about the mail server."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketing.choices import MailWay
from marketing.models import MailSettings
from marketing.services.sending.addresses import require_plain

SECRETS = ("password", "api_key", "signing_key", "mailbox_password")
LIMIT = re.compile(r"(\*|[\w.-]+)\s+(\d{1,6})")
RESEND_KEY = re.compile(r"whsec_[A-Za-z0-9+/]+={0,2}")
KEPT = gettext_lazy("Leave it empty to keep the one that is stored.")


class MailSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Secrets are written, never shown."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    api_key = forms.CharField(
        label=gettext_lazy("Key of the provider"),
        required=False,
        max_length=1_000,
        help_text=gettext_lazy("Mailjet: key and secret with a colon between them."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    signing_key = forms.CharField(
        label=gettext_lazy("Key of signed reports"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Mailgun and Resend: reports that are not signed are refused."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    mailbox_password = forms.CharField(
        label=gettext_lazy("Password of the mailbox"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    limits = forms.CharField(
        label=gettext_lazy("Messages a minute by domain"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "A line each: gmail.com 200. The line * 600 is for every other one."
        ),
    )

    class Meta:
        model = MailSettings
        fields = [
            "way",
            "host",
            "port",
            "security",
            "username",
            "api_domain",
            "connections",
            "per_minute",
            "errors_in_row",
            "needs_approval",
            "bounce_address",
            "mailbox",
            "mailbox_host",
            "mailbox_port",
            "mailbox_user",
        ]
        help_texts = {
            "connections": gettext_lazy("More of them help where the server is far away."),
            "errors_in_row": gettext_lazy("After so many a campaign is paused."),
            "needs_approval": gettext_lazy(
                "Somebody else has to look at a campaign before it goes."
            ),
            "bounce_address": gettext_lazy(
                "Messages that cannot be delivered return to it; what stands before the @ is followed by + and "
                "the number of the message, so the mailbox has to take such addresses."
            ),
            "mailbox": gettext_lazy(
                "Reports are taken out of it. Answers to campaigns are noticed and stay there: it has to be "
                "the mailbox of the address for answers, or get a copy of what arrives at it."
            ),
            "api_domain": gettext_lazy("Mailgun: the sending domain."),
        }

    def __init__(self, data: Any = None, *, instance: MailSettings) -> None:
        super().__init__(data, instance=instance)
        self.fields["bounce_address"].validators.append(require_plain)
        lines = (f"{domain} {number}" for domain, number in sorted(instance.per_domain.items()))
        self.initial["limits"] = "\n".join(lines)
        for name in SECRETS:
            if getattr(instance, name):
                self.fields[name].help_text = KEPT
        self.stored = {name: getattr(instance, name) for name in SECRETS}

    def clean_limits(self) -> dict[str, int]:
        found = {}
        for line in self.cleaned_data["limits"].splitlines():
            if not line.strip():
                continue
            match = LIMIT.fullmatch(line.strip())
            if match is None or not int(match[2]):
                raise forms.ValidationError(
                    _("“%(line)s” is not a domain and a number, as in gmail.com 200.")
                    % {"line": line[:60]}
                )
            found[match[1].casefold()] = int(match[2])
        return found

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        way = said.get("way")
        if way == MailWay.SMTP and not said.get("host"):
            self.add_error("host", _("Enter the name of the mail server."))
        is_provider = way not in (None, MailWay.ENVIRONMENT, MailWay.SMTP)
        if is_provider and not (said.get("api_key") or self.stored["api_key"]):
            self.add_error("api_key", _("Enter the key that the provider gave you."))
        if said.get("signing_key") and not _is_key(said["signing_key"], way):
            self.add_error("signing_key", _("Copy the whole key: letters, digits and signs only."))
        if said.get("mailbox") and not said.get("mailbox_host"):
            self.add_error("mailbox_host", _("Enter the name of the server."))
        return said


def _is_key(key: str, way: str | None) -> bool:
    """Whether it can be one; of Resend whsec_ and base64."""
    if way != MailWay.RESEND:
        return key.isascii()
    return RESEND_KEY.fullmatch(key) is not None
