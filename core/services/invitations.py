"""Inviting colleagues: accounts without a password, and the link by which they set one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from smtplib import SMTPException

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import audit, permissions
from core.errors import Refused
from core.mailboxes import reaches_somebody
from core.models import Installation, Role, Team, User
from core.services.rights import USERS, begin, check_roles, check_team, check_user
from core.services.users import create_user

MOST_AT_ONCE = 50
BETWEEN = re.compile(r"[\n,;，；、]")
# Backends that bring mail to nobody.
SILENT_BACKENDS = ("filebased", "console", "dummy")


@dataclass(frozen=True)
class Invited:
    """Somebody with a link to set a password; `is_sent` when a mail is on its way."""

    user: User
    link: str
    is_sent: bool = False

    @property
    def place(self) -> str:
        """Where the link stands on the page, for whoever copies it."""
        return f"invitation-{self.user.pk}"


def people_in(text: str) -> list[tuple[str, str]]:
    """Names and addresses: `Ada <ada@example.org>` or the address alone, on lines or with commas."""
    people: dict[str, str] = {}
    for part in filter(None, map(str.strip, BETWEEN.split(text))):
        name, email = parseaddr(part)
        try:
            validate_email(email)
        except ValidationError as error:
            raise Refused(_("“%(text)s” is not an e-mail address.") % {"text": part}) from error
        people.setdefault(email.lower(), " ".join(name.split())[:150])
    if not people:
        raise Refused(_("Enter at least one e-mail address."))
    if len(people) > MOST_AT_ONCE:
        raise Refused(_("Invite at most %(most)s people at once.") % {"most": MOST_AT_ONCE})
    return [(name or email.partition("@")[0], email) for email, name in people.items()]


@transaction.atomic
def invite_users(
    *,
    people: Sequence[tuple[str, str]],
    roles: Sequence[Role],
    team: Team | None,
    language: str,
    by: User,
) -> list[User]:
    """Make accounts for colleagues; all of them or, when one is refused, none."""
    begin(by, USERS)
    check_roles(by, roles)
    check_team(by, team.pk if team else None)
    known = set(
        User.objects.filter(email__in=[email for _name, email in people]).values_list(
            "email", flat=True
        )
    )
    if known:
        words = {"emails": ", ".join(sorted(known))}
        raise Refused(_("There are users with these addresses already: %(emails)s") % words)
    return [
        create_user(
            email=email, name=name, password=None, roles=roles, team=team, language=language, by=by
        )
        for name, email in people
    ]


def is_mail_set_up() -> bool:
    """Whether mail reaches anybody; `make run` writes it into files."""
    return not any(name in settings.EMAIL_BACKEND for name in SILENT_BACKENDS)


def send_links(*, users: Sequence[User], origin: str, by: User) -> list[Invited]:
    """Mail everybody the link to set a password; `origin` is the address of this installation.

    Where mail is not set up or fails, whoever invites hands the links on.
    """
    for user in users:
        check_user(by, user)
    invited = [Invited(user, origin.rstrip("/") + link_for(user)) for user in users]
    is_sent = is_mail_set_up() and _send([_letter(each, by) for each in invited])
    if not is_sent:
        _check_may_hold(by, users)
    for each in invited:
        audit.record(actor=by, action="user.link", subject=each.user)
    return [Invited(each.user, each.link, is_sent) for each in invited]


def _check_may_hold(by: User, users: Sequence[User]) -> None:
    """Whoever holds a link can sign in as its user: of somebody who is there, administrators only."""
    if permissions.access_of(by).is_administrator:
        return
    if any(user.last_login for user in users):
        raise Refused(
            _(
                "The link cannot be mailed, and it opens an account that is in use. Ask an administrator."
            )
        )


def link_for(user: User) -> str:
    """Works once and for as long as settings.PASSWORD_RESET_TIMEOUT says."""
    if not user.is_active:
        raise Refused(_("Switch the user on first."))
    if not reaches_somebody(user.email):
        raise Refused(_("%(name)s has no e-mail address yet. Enter it first.") % {"name": user})
    key = default_token_generator.make_token(user)
    values = {"uidb36": user_pk_to_url_str(user), "key": key}
    return reverse("account_reset_password_from_key", kwargs=values)


def _letter(invited: Invited, by: User) -> EmailMessage:
    """In the language of who gets it."""
    installation = Installation.objects.filter(pk=1).first() or Installation()
    context = {
        "user": invited.user,
        "by": by,
        "link": invited.link,
        "company": installation.name,
        "days": days_valid(),
    }
    with override(invited.user.language):
        body = render_to_string("core/people/invitation.txt", context)
        subject = _("Your account at %(company)s") % {"company": installation.name}
    return EmailMessage(" ".join(subject.split()), body, to=[invited.user.email])


def days_valid() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 86_400


def _send(letters: Sequence[EmailMessage]) -> bool:
    try:
        return get_connection().send_messages(letters) == len(letters)
    except (OSError, SMTPException):
        return False
