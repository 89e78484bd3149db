"""Writing where contacts stand: their stays, the present one, and what is said of them.

Only what has changed is written. What is as of a later moment stays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from analytics.models.stays import LifeSaid, Stay
from core.locks import lock_for_transaction
from core.upsert import update_rows, upsert
from crm.models import (
    Activity,
    CompanyLife,
    Contact,
    ContactLife,
    Deal,
    Lead,
    LifeStay,
    StaleLife,
)

AT_ONCE = 2_000
LOCK = "analytics.lives"
CAUSES: dict[str, Any] = {"crm.lead": Lead, "crm.deal": Deal, "crm.activity": Activity}
TYPES = frozenset({"crm.contact", "crm.interaction", *CAUSES})


@dataclass(frozen=True)
class Worthy:
    """What is said of a contact's or a company's worth, and what to do next."""

    record: int
    score: Decimal | None
    action: str
    gain: Decimal | None


@transaction.atomic
def store_lives(said: Iterable[LifeSaid], *, as_of: datetime) -> int:
    """Write the ways that have changed; returns how many contacts changed their stage or history."""
    rows = {life.contact: life for life in said}
    if not rows:
        return 0
    lock_for_transaction(f"{LOCK}:{min(rows) // AT_ONCE}")
    there = set(Contact.objects.filter(pk__in=rows).values_list("pk", flat=True))
    known = {life.pk: life for life in ContactLife.objects.filter(pk__in=there)}
    newer = {pk for pk, life in known.items() if life.as_of > as_of}
    stored = _stored(there)
    changed = [
        life
        for pk, life in rows.items()
        if pk in there - newer and list(life.stays) != stored.get(pk, [])
    ]
    _write_stays(changed)
    _write_lives(changed, rows.values(), known, as_of)
    gone = [life.contact for life in changed if not life.stays or life.stays[-1].until]
    ContactLife.objects.filter(pk__in=gone).delete()
    return len(changed)


def _stored(contacts: Collection[int]) -> dict[int, list[Stay]]:
    columns = ("contact", "stage", "since", "until", "move", "cause")
    found: dict[int, list[Stay]] = defaultdict(list)
    rows = LifeStay.objects.filter(contact__in=contacts).order_by("contact", "since", "pk")
    for contact, *values in rows.values_list(*columns):
        found[contact].append(Stay(*values))
    return found


def _write_stays(changed: Sequence[LifeSaid]) -> None:
    LifeStay.objects.filter(contact__in=[life.contact for life in changed]).delete()
    LifeStay.objects.bulk_create(
        [
            LifeStay(
                contact_id=life.contact,
                stage_id=stay.stage,
                since=stay.since,
                until=stay.until,
                move=stay.move,
                cause=stay.cause,
            )
            for life in changed
            for stay in life.stays
        ],
        batch_size=AT_ONCE,
    )


def _write_lives(
    changed: Sequence[LifeSaid],
    every: Iterable[LifeSaid],
    known: dict[int, ContactLife],
    as_of: datetime,
) -> None:
    """The present stays of those that changed, and answers of fields that are new."""
    moved = {life.contact for life in changed}
    moved |= {
        life.contact
        for life in every
        if life.contact in known
        and known[life.contact].as_of <= as_of
        and known[life.contact].answers != life.answers
    }
    present = [
        (life.contact, life.stays[-1].stage, life.stays[-1].since, as_of, life.answers)
        for life in every
        if life.contact in moved and life.stays and life.stays[-1].until is None
    ]
    upsert(
        ContactLife,
        present,
        fields=("contact", "stage", "since", "as_of", "answers"),
        key=("contact",),
        newer_by="as_of",
    )


# -- worth -----------------------------------------------------------------------------------------


@transaction.atomic
def store_worth(said: Iterable[Worthy], *, version: int, as_of: datetime) -> int:
    """Write what contacts are worth and what to do next, where it is not so already."""
    rows = {row.record: row for row in said}
    found = ContactLife.objects.filter(pk__in=rows, as_of__lte=as_of).in_bulk()
    changed = [
        life
        for pk, life in sorted(found.items())
        if (life.score, life.action, life.gain, life.version_id)
        != (rows[pk].score, rows[pk].action, rows[pk].gain, version)
    ]
    for life in changed:
        said_now = rows[life.pk]
        life.score, life.action, life.gain = said_now.score, said_now.action, said_now.gain
        life.version_id = version
    update_rows(changed, fields=["score", "action", "gain", "version"])
    return len(changed)


@dataclass(frozen=True)
class CompanySaid:
    """What is said of a company; the names are the columns of `CompanyLife`."""

    company: int
    contact: int
    stage: int
    since: datetime
    score: Decimal | None
    action: str
    gain: Decimal | None
    version: int | None


COMPANY_COLUMNS = [*CompanySaid.__dataclass_fields__, "as_of"]


@transaction.atomic
def store_companies(
    said: Iterable[CompanySaid], companies: Collection[int], *, as_of: datetime
) -> int:
    """Write where these companies stand; those of which nothing is said stand nowhere."""
    rows = {row.company: row for row in said}
    CompanyLife.objects.filter(company__in=set(companies) - set(rows)).delete()
    known = CompanyLife.objects.in_bulk(list(rows))
    changed = [row for pk, row in sorted(rows.items()) if _differs(known.get(pk), row)]
    return upsert(
        CompanyLife,
        ([getattr(row, name) for name in COMPANY_COLUMNS[:-1]] + [as_of] for row in changed),
        fields=COMPANY_COLUMNS,
        key=("company",),
        newer_by="as_of",
    )


def _differs(known: CompanyLife | None, said: CompanySaid) -> bool:
    return known is None or said != CompanySaid(
        known.pk,
        known.contact_id,
        known.stage_id,
        known.since,
        known.score,
        known.action,
        known.gain,
        known.version_id,
    )


# -- what waits ------------------------------------------------------------------------------------


def note_stale_lives(object_type: str, ids: Collection[int]) -> None:
    """Remember the contacts that these records hang on; two queries, whatever their number."""
    contacts = set(ids)
    if object_type in CAUSES:
        rows = CAUSES[object_type]._base_manager.filter(pk__in=ids)
        links = ("contact", "deal__contact") if object_type == "crm.activity" else ("contact",)
        contacts = {pk for found in rows.values_list(*links) for pk in found if pk}
    now = timezone.now()
    there = Contact.objects.filter(pk__in=contacts).order_by("pk").values_list("pk", flat=True)
    waiting = [(pk, now) for pk in there]
    if waiting:
        upsert(StaleLife, waiting, fields=("contact", "since"), key=("contact",))


def forget_stale_lives(contacts: Collection[int], as_of: datetime) -> None:
    """These were worked out as of a moment; what changed later still waits."""
    StaleLife.objects.filter(pk__in=contacts, since__lte=as_of).delete()
