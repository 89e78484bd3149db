"""The way by which campaigns leave: changed, and tried out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.mailboxes import reaches_somebody
from core.models import User
from marketing.choices import ServerFault
from marketing.models import MailSettings
from marketing.services.sending.keys import new_key
from marketing.services.sending.lines import Answer, Outcome, is_delivering
from marketing.services.sending.mime import Mail
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.secrets import sealed
from marketing.services.sending.single import hand_over, sender_of_installation

PERMISSION = "core.settings.manage"
SECRETS = ("password", "api_key", "signing_key", "mailbox_password")
# Another one of these is another mailbox: it is read from its beginning.
OF_MAILBOX = ("mailbox", "mailbox_host", "mailbox_user")


@transaction.atomic
def change_mail(*, values: Mapping[str, Any], by: User) -> MailSettings:
    """Change what is said; a secret that is empty stays as it is stored."""
    permissions.require(by, PERMISSION)
    MailSettings.objects.get_or_create(pk=1)
    row = MailSettings.objects.select_for_update().get(pk=1)
    before = audit.snapshot(row)
    if values.get("way", row.way) != row.way:
        row.signing_key = ""  # it was the other provider's
    for name, value in values.items():
        if name in SECRETS:
            if value:
                setattr(row, name, sealed(value))
        else:
            setattr(row, name, value)
    changes = audit.differences(before, row)
    if not changes:
        return row
    if not changes.keys().isdisjoint(OF_MAILBOX):
        row.mailbox_mark = ""
    row.save()
    told = {
        name: ("", _("changed")) if name in SECRETS else change for name, change in changes.items()
    }
    audit.record(actor=by, action="campaign_mail.change", subject=row, changes=told)
    return row


@transaction.atomic
def renew_door(*, by: User) -> None:
    """Shut the address that providers report to and open another one."""
    permissions.require(by, PERMISSION)
    row, _made = MailSettings.objects.get_or_create(pk=1)
    row.webhook_secret = new_key()
    row.save(update_fields=["webhook_secret"])
    audit.record(actor=by, action="campaign_mail.door", subject=row)


def try_mail(*, by: User, at: datetime) -> Answer:
    """Send a message to whoever asks; what the server answers."""
    permissions.require(by, PERMISSION)
    if not reaches_somebody(by.email):
        raise Refused(_("You have no e-mail address that a message could reach."))
    mail = Mail(
        recipient=0,
        key=new_key(),
        sender=sender_of_installation(),
        to=by.email,
        subject=_("Renmai can send e-mail"),
        text=_("This message was sent by the button in Settings. The mail server works."),
        html="",
        language="",
        at=at,
    )
    answer = hand_over(mail)
    audit.record(actor=by, action="campaign_mail.test")
    return answer


def told(answer: Answer) -> str:
    """The answer of a test as a sentence."""
    if answer.outcome == Outcome.SENT and not is_delivering(mail_settings()):
        return _undelivered()
    if answer.outcome == Outcome.SENT:
        return _("The mail server took the message. Look into your mailbox.")
    if answer.fault == ServerFault.LOGIN:
        return _("The mail server does not accept the log-in: %(answer)s") % {"answer": answer.text}
    if answer.outcome == Outcome.TROUBLE:
        return _("The mail server cannot be used: %(answer)s") % {"answer": answer.text}
    if answer.outcome == Outcome.UNKNOWN:
        return _("The connection broke before the mail server answered: %(answer)s") % {
            "answer": answer.text
        }
    return _("The mail server refuses: %(answer)s") % {"answer": answer.text}


def _undelivered() -> str:
    """Where a message went while nobody has set up a server that takes messages."""
    backend = settings.EMAIL_BACKEND
    if backend.endswith("filebased.EmailBackend"):
        return _(
            "No mail server is set up, so nobody got the message: it was written to a file in the folder "
            "%(folder)s of the server. Choose a way below."
        ) % {"folder": settings.EMAIL_FILE_PATH}
    if backend.endswith("console.EmailBackend"):
        return _(
            "No mail server is set up, so nobody got the message: it was written to the log. Choose a way below."
        )
    return _(
        "No mail server is set up, so nobody got the message: it was thrown away. Choose a way below."
    )
