"""Consent: what people say about messages is written here only, with its proof."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db import transaction

from core import audit
from core.insertion import insert_rows
from core.models import ChangeSet, User
from core.registries import tell_followers
from core.upsert import upsert
from crm.choices import InteractionKind
from crm.models import Contact
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import Consent, ConsentEvent, Purpose

NOTE = "consent.note"
# In the order of `Word`.
FIELDS = ("contact", "purpose", "channel", "state", "source", "at", "detail")
EVENT_FIELDS = ("contact_id", "purpose_id", *FIELDS[2:], "by_id", "origin")
MOST_DETAIL = 300
ORIGIN = "marketing:consent"
# The more a word forbids, the higher: merging keeps the higher one.
STRICTNESS = {ConsentState.GRANTED: 0, ConsentState.PENDING: 1, ConsentState.WITHDRAWN: 2}


@dataclass(frozen=True)
class Word:
    """What a person said, on whose word and when."""

    contact: int
    purpose: int
    channel: str
    state: str
    source: str
    at: datetime
    detail: str = ""

    def __post_init__(self) -> None:
        for name in ("channel", "state", "source"):  # plain text, as drivers take it
            object.__setattr__(self, name, str(getattr(self, name)))
        object.__setattr__(self, "detail", self.detail[:MOST_DETAIL])

    @property
    def key(self) -> tuple[int, int, str]:
        return self.contact, self.purpose, self.channel


def record_consent(
    *,
    contact: int,
    purpose: int,
    channel: str,
    state: str,
    source: str,
    at: datetime,
    detail: str = "",
    by: User | None = None,
) -> bool:
    """Write one word of one person; returns whether it changed anything."""
    word = Word(contact, purpose, channel, state, source, at, detail)
    return bool(record_consents([word], by=by))


@transaction.atomic
def record_consents(
    words: Iterable[Word],
    *,
    by: User | None = None,
    change_set: ChangeSet | None = None,
    keeps_withdrawn: bool = False,
    origin: str = "",
) -> int:
    """Write what people said, once for each contact, purpose and channel; returns how many words were new.

    The newest word holds, of two at one moment the stricter one; one that is older than what is known, or the
    same, changes nothing. A consent that waits for its confirmation takes none away. With `keeps_withdrawn` whoever
    has withdrawn stays so: what a list says of many people takes back nobody's own word. By `origin` what brought
    the words can take them back.
    """
    # The last of a key counts: the newest, and of two at one moment the one that forbids more.
    by_key = {word.key: word for word in sorted(words, key=_weight)}
    stored = _stored({word.contact for word in by_key.values()})
    new = [word for key, word in by_key.items() if _counts(word, stored.get(key), keeps_withdrawn)]
    if not new:
        return 0
    key = ("contact_id", "purpose_id", "channel")
    upsert(Consent, map(astuple, new), fields=FIELDS, key=key, newer_by="at")
    who = by.pk if by is not None else None
    insert_rows(ConsentEvent, EVENT_FIELDS, ((*astuple(word), who, origin) for word in new))
    _note_unsubscribed(new, stored)
    if by is not None:
        _audit(new, stored, by, change_set)
    tell_followers("crm.contact", {word.contact for word in new})
    return len(new)


Stored = Mapping[tuple[int, int, str], Consent]


def _stored(contacts: Collection[int]) -> Stored:
    """What is known of the contacts, locked in the order of its numbers."""
    rows = Consent.objects.select_for_update().filter(contact__in=contacts).order_by("pk")
    return {(row.contact_id, row.purpose_id, row.channel): row for row in rows}


def _weight(said: Word | Consent) -> tuple[datetime, int]:
    return said.at, STRICTNESS[ConsentState(said.state)]


def _counts(word: Word, known: Consent | None, keeps_withdrawn: bool) -> bool:
    if known is None:
        return True
    if _weight(word) < _weight(known):
        return False
    if known.state == ConsentState.WITHDRAWN and keeps_withdrawn:
        return False
    if known.state == ConsentState.GRANTED and word.state == ConsentState.PENDING:
        return False
    said = (word.state, word.source, word.detail)
    if word.state == known.state == ConsentState.WITHDRAWN:
        return False  # the first word against it is the proof
    return said != (known.state, known.source, known.detail)


def _note_unsubscribed(words: Sequence[Word], stored: Stored) -> None:
    """On the person's timeline, once for all purposes of one act."""
    left: dict[tuple[int, str, datetime], list[int]] = {}
    for word in words:
        known = stored.get(word.key)
        was_in = known is None or known.state != ConsentState.WITHDRAWN
        if word.state == ConsentState.WITHDRAWN and was_in:
            left.setdefault((word.contact, word.channel, word.at), []).append(word.purpose)
    if not left:
        return
    named = Purpose.objects.in_bulk({purpose for some in left.values() for purpose in some})
    record_interactions(
        NewInteraction(
            contact=contact,
            kind=InteractionKind.UNSUBSCRIBE,
            at=at,
            key=left_key(contact, channel, at),
            subject=", ".join(named[pk].name for pk in sorted(purposes))[:300],
            channel=Channel(channel).value,
            origin=ORIGIN,
        )
        for (contact, channel, at), purposes in left.items()
    )


def left_key(contact: int, channel: str, at: datetime) -> str:
    """By which the timeline knows that somebody unsubscribed."""
    return f"consent:{contact}:{channel}:{at.isoformat()}"


def _audit(words: Sequence[Word], stored: Stored, by: User, change_set: ChangeSet | None) -> None:
    """Who noted it; the words themselves are in the trail of consent, which has its own right."""
    counted: dict[int, int] = {}
    for word in words:
        counted[word.contact] = counted.get(word.contact, 0) + 1
    audit.record_all(
        actor=by,
        action=NOTE,
        changes_by_subject=[(Contact(pk=pk), {}) for pk in counted],
        change_set=change_set,
    )


def withdraw_all(
    *, contacts: Collection[int], source: str, detail: str, at: datetime, by: User | None = None
) -> int:
    """Every purpose on every channel that a person ever spoke of, and e-mail for all that are in use."""
    spoken = Consent.objects.filter(contact__in=contacts)
    keys = set(spoken.values_list("contact", "purpose", "channel"))
    in_use = list(Purpose.objects.filter(archived_at=None).values_list("pk", flat=True))
    keys |= {(pk, purpose, Channel.EMAIL.value) for pk in contacts for purpose in in_use}
    state = ConsentState.WITHDRAWN
    words = [
        Word(contact, purpose, channel, state, source, at, detail)
        for contact, purpose, channel in sorted(keys)
    ]
    return record_consents(words, by=by)


def withdraw(
    *,
    contact: int,
    purposes: Iterable[int],
    channel: str,
    detail: str,
    at: datetime,
    source: ConsentSource = ConsentSource.UNSUBSCRIBE,
) -> int:
    """By the link of a message, or an answer to it: these purposes."""
    state = ConsentState.WITHDRAWN
    return record_consents(
        Word(contact, purpose, channel, state, source, at, detail) for purpose in purposes
    )
