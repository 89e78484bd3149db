"""Consent in the columns of imported files: kept with its source and time, taken back with its import."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, override

from core.choices import FieldType
from core.models import User
from core.permissions import access_of
from core.registries import tell_followers
from core.text import comparable
from core.values_in_files.booleans import read_boolean
from crm.models import FileImport, Interaction
from crm.services.imports.beside import ColumnsBeside, Told
from crm.services.imports.kinds import Extra
from crm.services.imports.origins import origin_of
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import Consent, ConsentEvent, Purpose
from marketing.services.consents import ORIGIN, Word, left_key, record_consents

EDIT = "marketing.consent.edit"
CONTACT, LEAD = "crm.contact", "crm.lead"
PREFIX, AT = "consent.", "consent_at"
AT_ONCE = 1_000
IN_FUTURE = gettext_noop("The consent is said to be given in the future; it was not noted.")
NO_CONTACT = gettext_noop("The lead has no contact, so its consent was not noted.")
# What our own tables say, and other systems'.
GIVEN = ("granted", "subscribed", "opt-in", "opted in", "已订阅", "同意", "已同意")
AGAINST = ("withdrawn", "unsubscribed", "opt-out", "opted out", "已退订", "不同意", "拒绝")

Key = tuple[int, int, str]


def read_consent(text: str) -> str | None:
    """The state that a cell says; none where it waits for a confirmation. ValueError for other words.

    >>> str(read_consent("yes")), str(read_consent("否")), read_consent("pending")
    ('granted', 'withdrawn', None)
    """
    word = comparable(text)
    for state, words in (
        (ConsentState.GRANTED, GIVEN),
        (ConsentState.WITHDRAWN, AGAINST),
        (ConsentState.PENDING, ("pending",)),
    ):
        if word in map(comparable, (*words, *_labels(state))):
            return None if state == ConsentState.PENDING else state
    return ConsentState.GRANTED if read_boolean(text) else ConsentState.WITHDRAWN


def _labels(state: ConsentState) -> list[str]:
    found = []
    for code, _language in settings.LANGUAGES:
        with override(code):
            found.append(str(state.label))
    return found


def consent_columns(user: User) -> Mapping[str, Extra]:
    """One for each purpose, and one for when it was said."""
    if not access_of(user).may(EDIT):
        return {}
    found = {f"{PREFIX}{purpose.pk}": _column(purpose) for purpose in Purpose.objects.in_use()}
    if found:
        found[AT] = Extra(
            gettext_lazy("Consent given at"),
            FieldType.MOMENT,
            called=tuple(_in_languages("Consent given at")),
        )
    return found


def _column(purpose: Purpose) -> Extra:
    names = {purpose.name, *purpose.public_names.values()}
    heads = [
        text % {"purpose": name} for text in _in_languages("Consent: %(purpose)s") for name in names
    ]
    return Extra(
        _("Consent: %(purpose)s") % {"purpose": purpose.name},
        FieldType.BOOLEAN,
        reads=read_consent,
        called=(*names, *heads),
    )


def _in_languages(text: str) -> list[str]:
    found = []
    for code, _language in settings.LANGUAGES:
        with override(code):
            found.append(_(text))  # its words stand above
    return found


def keep_consents(file_import: FileImport, told: Sequence[Told], at: datetime) -> None:
    """What the rows say; without a time of its own a word takes no withdrawal back."""
    dated: list[Word] = []
    others: list[Word] = []
    for record, row in told:
        said = {name: state for name, state in row.values.items() if name.startswith(PREFIX)}
        if not said:
            continue
        since = row.values.get(AT)
        contact = record.pk if file_import.object_type == CONTACT else record.contact_id
        if contact is None:
            row.remark(NO_CONTACT)
        elif since is not None and since > at:
            row.remark(IN_FUTURE)
        else:
            words = dated if since is not None else others
            words += _words(file_import, contact, said, since or at)
    by, origin = file_import.created_by, origin_of(file_import)
    change_set = file_import.change_set
    record_consents(dated, by=by, change_set=change_set, origin=origin)
    record_consents(others, by=by, change_set=change_set, origin=origin, keeps_withdrawn=True)


def _words(
    file_import: FileImport, contact: int, said: Mapping[str, Any], at: datetime
) -> list[Word]:
    return [
        Word(
            contact,
            int(name.removeprefix(PREFIX)),
            Channel.EMAIL,
            state,
            ConsentSource.IMPORT,
            at,
            file_import.file_name,
        )
        for name, state in said.items()
    ]


def take_consents_back(file_import: FileImport, at: datetime) -> int:
    """The import's words hold no more, but stay in the trail; what was known before holds again."""
    rows = ConsentEvent.objects.filter(origin=origin_of(file_import), taken_back_at=None)
    count = 0
    while events := list(rows.order_by("pk")[:AT_ONCE]):
        ConsentEvent.objects.filter(pk__in=[event.pk for event in events]).update(taken_back_at=at)
        _put_back(events)
        count += len(events)
    return count


def _put_back(events: Sequence[ConsentEvent]) -> None:
    """Where nobody has said anything since."""
    contacts = {event.contact_id for event in events}
    taken = {_key(event): event for event in events}
    known = Consent.objects.select_for_update().filter(contact__in=contacts).order_by("pk")
    held = [row for row in known if _is_word(row, taken.get(_key(row)))]
    before: dict[Key, ConsentEvent] = {}
    trail = ConsentEvent.objects.filter(contact__in=contacts, taken_back_at=None)
    for event in trail.order_by("pk"):
        before[_key(event)] = event
    gone = [row.pk for row in held if _key(row) not in before]
    Consent.objects.filter(pk__in=gone).delete()
    for row in held:
        if earlier := before.get(_key(row)):
            for name in ("state", "source", "detail", "at"):
                setattr(row, name, getattr(earlier, name))
    changed = [row for row in held if _key(row) in before]
    Consent.objects.bulk_update(changed, ["state", "source", "detail", "at"], batch_size=500)
    left = [
        left_key(e.contact_id, e.channel, e.at) for e in events if e.state == ConsentState.WITHDRAWN
    ]
    Interaction.objects.filter(contact__in=contacts, origin=ORIGIN, key__in=left).delete()
    tell_followers(CONTACT, contacts)


def _key(row: Consent | ConsentEvent) -> Key:
    return row.contact_id, row.purpose_id, row.channel


def _is_word(row: Consent, event: ConsentEvent | None) -> bool:
    """Whether what is known is what the import said."""
    if event is None:
        return False
    names = ("state", "source", "detail", "at")
    return all(getattr(row, name) == getattr(event, name) for name in names)


CONSENT_COLUMNS = ColumnsBeside(
    "marketing.consent",
    frozenset({CONTACT, LEAD}),
    consent_columns,
    keep_consents,
    take_consents_back,
)
