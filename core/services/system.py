"""Trying out what the installation is made of."""

from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import User

LONGEST_ERROR = 200


def send_test_mail(*, by: User) -> None:
    """A mail to whoever asks; what the mail server says is passed on."""
    permissions.require(by, "core.settings.manage")
    try:
        send_mail(
            _("A test mail from Renmai"),
            _("E-mail works: you are reading this."),
            None,
            [by.email],
        )
    except (SMTPException, OSError) as error:
        words = {"error": str(error)[:LONGEST_ERROR]}
        raise Refused(_("The mail could not be sent: %(error)s") % words) from error
    audit.record(actor=by, action="mail.test", subject=by)
