"""Purposes of the sample company, and what its contacts said of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.company import company
from core.models import SampleData, User
from core.models.sample_data import COMPANY
from core.services.records import CREATE, after_change
from core.text import comparable
from crm.models import Contact
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import Consent, MarketingOptions, Purpose, WebForm
from marketing.services.consents import Word, record_consents
from marketing.services.sample_segments import MARKETER
from marketing.services.suppressions import suppress

SEED = 20_261
SENDER = "news@helioptic.example"
AT_ONCE = 2_000


@dataclass(frozen=True)
class PurposeSeed:
    """A purpose, in English and in Chinese, and how many of a hundred contacts agreed to it."""

    name: str
    english: str
    chinese: str
    agreed: int


SEEDS = (
    PurposeSeed("Newsletter 通讯", "Newsletter", "通讯", 72),
    PurposeSeed("Product news 产品资讯", "Product news", "产品资讯", 55),
    PurposeSeed("Invitations 活动邀请", "Invitations to events", "活动邀请", 38),
)
SOURCES = (
    (ConsentSource.FORM, "Website 官网", 45),
    (ConsentSource.PERSON, "Card handed over at the fair 展会名片", 30),
    (ConsentSource.IMPORT, "Newsletter list of 2024 2024 年通讯名单", 25),
)
LEFT, PENDING, SHUT_OUT = 0.06, 0.03, 12


@transaction.atomic
def make_sample_consents(*, as_of: datetime) -> int:
    """Make them once; returns how many words of contacts there are."""
    if not SampleData.objects.exists() or Consent.objects.filter(contact__is_sample=True).exists():
        return 0
    purposes = [_purpose(seed) for seed in SEEDS]
    _name_sender()
    rows = Contact.objects.kept().filter(is_sample=True).exclude(email_key="").order_by("pk")
    contacts = list(rows.values_list("pk", "created_at", "email_key"))
    dice = random.Random(SEED)  # noqa: S311  # a company that is made up
    words = list(_words(contacts, purposes, dice, as_of))
    later = [word for word in words if word.state == ConsentState.WITHDRAWN]
    first = [word for word in words if word.state != ConsentState.WITHDRAWN]
    for some in (first, later):
        for start in range(0, len(some), AT_ONCE):
            record_consents(some[start : start + AT_ONCE])
    _make_form(purposes[:1], as_of)
    gone = [
        address for _pk, _created, address in dice.sample(contacts, min(SHUT_OUT, len(contacts)))
    ]
    suppress(addresses=gone, reason="hard", at=as_of, detail="550 5.1.1 User unknown")
    return len(words)


def _name_sender() -> None:
    """From whom letters are and how many: of a company that has a name of its own, only how many."""
    options, _made = MarketingOptions.objects.get_or_create(
        pk=1, defaults={"week_cap": 3, "month_cap": 8}
    )
    if company().name == COMPANY and not options.sender_address:
        data = SampleData.objects.select_for_update().get(pk=1)
        data.fill(options, sender_name=COMPANY, sender_address=SENDER)
        data.save(update_fields=["made"])


def _purpose(seed: PurposeSeed) -> Purpose:
    """The one of that name, where an earlier sample company has left it."""
    found = Purpose.objects.filter(name_key=comparable(seed.name), archived_at=None).first()
    public = {"en": seed.english, "zh-hans": seed.chinese}
    return found or Purpose.objects.create(name=seed.name, public_names=public)


def _make_form(purposes: Sequence[Purpose], at: datetime) -> None:
    """One for the website; nobody owns it where the sample marketer is gone."""
    by = User.objects.filter(is_active=True, email=MARKETER).first()
    names = {"name": True, "email": True, "company": False, "interest": False, "message": False}
    form = WebForm.objects.create(
        name="Ask for an offer 询价",
        title="Ask for an offer",
        intro="Tell us what you want to make. An engineer answers within a working day.",
        fields=[{"name": name, "required": needed} for name, needed in names.items()],
        source="Website 官网",
        owner=by,
        team=by.team if by is not None else None,
        created_at=at,
        is_sample=True,
    )
    form.purposes.set(purposes)
    after_change("marketing.webform", [form.pk], action=CREATE)


def _words(
    contacts: list[tuple[int, datetime, str]],
    purposes: list[Purpose],
    dice: random.Random,
    as_of: datetime,
) -> Iterator[Word]:
    sources = [source for *source, weight in SOURCES for _each in range(weight)]
    for pk, created, _address in contacts:
        since = min(created + timedelta(hours=dice.randrange(72)), as_of)
        source, detail = dice.choice(sources)
        for purpose, seed in zip(purposes, SEEDS, strict=True):
            if dice.randrange(100) >= seed.agreed:
                continue
            state = ConsentState.PENDING if dice.random() < PENDING else ConsentState.GRANTED
            yield Word(pk, purpose.pk, Channel.EMAIL, state, source, since, detail)
            if dice.random() < LEFT and since < as_of:
                left = since + (as_of - since) * dice.random()
                yield Word(
                    pk,
                    purpose.pk,
                    Channel.EMAIL,
                    ConsentState.WITHDRAWN,
                    ConsentSource.UNSUBSCRIBE,
                    left,
                )
