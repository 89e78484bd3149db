"""The addresses that a provider reports to, and what to set there."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.origins import absolute
from marketing.choices import MailWay
from marketing.models import MailSettings
from marketing.services.returns import door

SIGNED = (MailWay.MAILGUN, MailWay.RESEND)
REPORTS: dict[str, Promise] = {
    MailWay.BREVO: _(
        "Brevo: Transactional › Settings › Webhook, with hard bounces, soft bounces, blocked, invalid and spam."
    ),
    MailWay.MAILGUN: _(
        "Mailgun: Send › Sending › Webhooks, one each for permanent failures, temporary failures and spam complaints."
    ),
    MailWay.MAILJET: _(
        "Mailjet: Account settings › Event notifications, with bounce, blocked and spam."
    ),
    MailWay.POSTMARK: _("Postmark: the message stream › Webhooks, with bounce and spam complaint."),
    MailWay.RESEND: _("Resend: Webhooks › Add, with email.bounced and email.complained."),
}
ANYTHING = _("A program of your own posts JSON to it: the guide for operators has the form.")
KEYS: dict[str, Promise] = {
    MailWay.MAILGUN: _(
        "Mailgun signs its reports: copy the HTTP webhook signing key of Settings › API security into the field above. Then what is not signed is refused."
    ),
    MailWay.RESEND: _(
        "Resend signs its reports: copy the signing secret of the webhook (whsec_…) into the field above. Then what is not signed is refused."
    ),
}
ANSWERS: dict[str, Promise] = {
    MailWay.MAILGUN: _("Mailgun: Receive › Create route, with forward to this address."),
    MailWay.MAILJET: _("Mailjet: Parse API, with this address as its URL."),
    MailWay.POSTMARK: _("Postmark: the inbound stream › Settings, with this address as webhook."),
}
ANY_MESSAGE = _("A mail server posts each message to it as it arrived.")


@dataclass(frozen=True)
class Door:
    """One address, what to do with it, and whether it looks at signatures."""

    key: str
    url: str
    told: Promise
    # What to do so that signatures are looked at; nothing where the way has none, or they are.
    advice: Promise | str = ""
    is_signed: bool = False


def doors_of(mail: MailSettings) -> list[Door]:
    """For reports, and for answers."""
    way = mail.way
    has_key = bool(mail.signing_key) and way in SIGNED
    reports = Door(
        "reports",
        _url(way if way in REPORTS else "json"),
        REPORTS.get(way, ANYTHING),
        "" if has_key else KEYS.get(way, ""),
        has_key,
    )
    answers = f"{way}-answers" if way in ANSWERS else "message"
    return [reports, Door("answers", _url(answers), ANSWERS.get(way, ANY_MESSAGE))]


def _url(way: str) -> str:
    return absolute(reverse("mail_returns", args=[way, door()]))
