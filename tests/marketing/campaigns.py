"""Campaigns that are ready to be sent, for tests of sending."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.models import Installation, User
from crm.models import Contact
from marketing.choices import (
    CampaignState,
    Channel,
    ConsentSource,
    ConsentState,
    MailSecurity,
    MailWay,
    MessageForm,
)
from marketing.models import (
    Campaign,
    CampaignVariant,
    Consent,
    MailSettings,
    Message,
    MessageText,
    Purpose,
)
from marketing.services.sending import pool
from marketing.services.sending.turns import take_turn
from marketing.services.sending.waking import look_after
from tests.factories import UserFactory
from tests.mail_sink import Sink, sinking

WEEK = list(range(7))
OURS = "https://ours.example/plan"


def people(count: int, purpose: Purpose, **values: Any) -> list[Contact]:
    """Contacts who agreed to the purpose."""
    first = Contact.objects.count()
    made = [
        Contact(
            name=f"Person {number}", given_name=f"P{number}", email=f"p{number}@example.org",
            **values,
        )
        for number in range(first, first + count)
    ]  # fmt: skip
    for contact in made:
        contact.normalise()
    made = Contact.objects.bulk_create(made)
    agree(made, purpose)
    return made


def agree(contacts: Iterable[Contact], purpose: Purpose) -> None:
    Consent.objects.bulk_create(
        Consent(
            contact=contact,
            purpose=purpose,
            channel=Channel.EMAIL,
            state=ConsentState.GRANTED,
            source=ConsentSource.FORM,
            at=timezone.now() - timedelta(days=1),
        )
        for contact in contacts
    )


def owner() -> User:
    return User.objects.filter(email="owner@example.org").first() or UserFactory(
        email="owner@example.org", role="administrator"
    )


def purpose() -> Purpose:
    return Purpose.objects.get_or_create(name="Newsletter", defaults={"name_key": "newsletter"})[0]


def add_variant(campaign: Campaign, letter: str = "A", **values: Any) -> CampaignVariant:
    message = Message.objects.create(
        name=f"Message {letter}", form=MessageForm.PLAIN, owner=campaign.owner
    )
    MessageText.objects.create(
        message=message,
        language="en",
        subject=f"News {letter}",
        body={"text": "Hello, this is the news.\n.And a line with a dot."},
    )
    return CampaignVariant.objects.create(
        campaign=campaign, letter=letter, message=message, **values
    )


def in_own_words(message: Message) -> None:
    """A ready-made letter whose writer has put words and addresses of their own in place of the template's."""

    def own(block: dict[str, Any]) -> dict[str, Any]:
        written = {
            name: f"Our own {name}"
            for name in block
            if name.startswith(("text", "html", "name", "by")) and block[name]
        }
        return {**block, **written, **({"url": OURS} if block.get("url") else {})}

    for row in message.texts.all():
        row.subject = f"Our news ({row.language})"
        row.body = [own(block) for block in row.body]
        row.save()


def draft(**values: Any) -> Campaign:
    """A draft that could go now, at any hour."""
    Installation.objects.update_or_create(pk=1, defaults={"address": "1 Main Street"})
    given = {
        "name": "News",
        "owner": owner(),
        "purpose": purpose(),
        "sender_name": "Ann",
        "sender_address": "ann@example.com",
        "weekdays": WEEK,
        **values,
    }
    campaign = Campaign.objects.create(**given)
    add_variant(campaign)
    return campaign


def sending_campaign(**values: Any) -> Campaign:
    """One that has begun."""
    return draft(
        state=CampaignState.SENDING, started_at=timezone.now() - timedelta(minutes=1), **values
    )


@contextmanager
def mail_server(**given: Any) -> Iterator[Sink]:
    """A server that the product is set up with."""
    with sinking(**given) as sink:
        use(sink)
        yield sink
        pool.forget()


def use(sink: Sink, **values: Any) -> MailSettings:
    return MailSettings.objects.update_or_create(
        pk=1,
        defaults={
            "way": MailWay.SMTP,
            "host": "127.0.0.1",
            "port": sink.port,
            "security": MailSecurity.NONE,
            **values,
        },
    )[0]


class Clock:
    """The time of a test."""

    def __init__(self) -> None:
        self.now: datetime = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def work(campaign: Campaign, clock: Clock | None = None, turns: int = 20) -> Campaign:
    """Beat and a worker, in this process, until nothing is due."""
    clock = clock or Clock()
    for _turn in range(turns):
        woken = look_after(at=clock())
        if campaign.pk not in woken:
            break
        take_turn(campaign.pk, clock=clock, wait=clock.wait, is_ahead=False)
    campaign.refresh_from_db()
    return campaign
