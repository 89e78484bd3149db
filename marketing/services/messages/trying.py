"""A message as somebody would get it: shown, and sent to a colleague."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.mailboxes import reaches_somebody
from core.models import User
from crm.models import Contact
from marketing.models import Campaign, Message
from marketing.queries.audiences import Audience, contacts_of
from marketing.services.letters import (
    Letter,
    Links,
    Rendered,
    compile_texts,
    letters_for,
    sender_of,
)
from marketing.services.messages.pieces import Recipient, joined
from marketing.services.messages.saving import EDIT, text_of
from marketing.services.sending.keys import new_key
from marketing.services.sending.lines import Outcome, is_delivering
from marketing.services.sending.mime import Mail, Sender
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.senders import sender_of as named_in
from marketing.services.sending.single import hand_over, sender_of_company

NOWHERE = Links("#", "#", None, click=str)


def example_contacts(
    campaign: Campaign | None, by: User, at: datetime, most: int = 1
) -> list[Contact]:
    """Some of the audience that the user sees, else of all contacts."""
    seen = Contact.objects.visible_to(by)
    if campaign is not None:
        try:
            among = contacts_of(Audience.of(campaign), at)
        except Refused:
            among = None
        if among is not None:
            found = list(seen.filter(pk__in=among.values("pk")).order_by("pk")[:most])
            if found:
                return found
    return list(seen.order_by("pk")[:most])


def letter_to(
    message: Message, campaign: Campaign | None, contact: Contact | None, language: str, by: User
) -> Rendered:
    """One language as a contact would get it; without a contact the other words stand in all fields."""
    row = text_of(message, language)
    letter = compile_texts(message.form, [row], by, fixed=sender_of(campaign))
    if contact is None:
        return _to_nobody(letter, language)
    return letters_for(letter, [contact.pk], links=lambda _pk: NOWHERE)[contact.pk]


def _to_nobody(letter: Letter, language: str) -> Rendered:
    to, text = Recipient(letter.fixed, {}, NOWHERE), letter.texts[language]
    return Rendered(
        joined(text.subject, to), joined(text.html, to), joined(text.text, to), language
    )


def send_test(
    *,
    message: Message,
    campaign: Campaign | None,
    contact: Contact | None,
    language: str,
    address: str,
    by: User,
) -> None:
    """Send it to a colleague, as the contact would get it; its links to leave lead nowhere."""
    permissions.require(by, EDIT)
    colleague = User.objects.filter(is_active=True, email__iexact=address.strip()).first()
    if colleague is None or not reaches_somebody(colleague.email):
        raise Refused(_("Tests go to people who work here: choose the address of a user."))
    said = letter_to(message, campaign, contact, language, by)
    subject = _("Test: %(subject)s") % {"subject": said.subject or message.name}
    answer = hand_over(
        Mail(
            recipient=0,
            key=new_key(),
            sender=_from(campaign),
            to=colleague.email,
            subject=" ".join(subject.split()),
            text=said.text,
            html=said.html,
            language=language,
            at=timezone.now(),
        )
    )
    if answer.outcome != Outcome.SENT:
        raise Refused(
            _("The mail server did not take it: %(error)s. Try again, or ask the administrator.")
            % {"error": answer.text[:200]}
        )
    if not is_delivering(mail_settings()):
        raise Refused(
            _(
                "No mail server is set up, so nobody got the test: messages only go to files or the log. Ask an "
                "administrator to fill in Settings › Sending e-mail."
            )
        )


def _from(campaign: Campaign | None) -> Sender:
    """As its recipients would get it; drafts without a sender are from the company."""
    sender = named_in(campaign) if campaign is not None else sender_of_company()
    return sender if sender.address else sender_of_company()
