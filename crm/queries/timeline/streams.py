"""The streams that a record's timeline is merged from."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, F, Model, Q
from django.utils import timezone

from core import permissions
from core.models import AuditEvent
from core.reading import columns_of, read_by_name
from core.time_ids import SLOTS, first_id, moment_of
from crm.choices import ActivityKind
from crm.models import Activity, Company, Contact, Deal, Interaction, Lead, StageChange
from crm.queries.timeline.paging import Place, Row, Stream

if TYPE_CHECKING:
    from core.models import User

INTERACTIONS, ACTIVITIES, STAGES, CHANGES, ORIGIN = range(5)
# Told by other streams, or of no interest to people.
LEFT_OUT = ("move", "rate.apply")
MOST_CONTACTS = 2_000  # of a company, whose things are its, too
MOST_INVITATIONS = 500
MOST_PLANNED = 50
A_MONTH = timedelta(days=30)
ACTIVITY_FILTERS = tuple(ActivityKind.values)
FILTERS = (*ACTIVITY_FILTERS, "interaction", "change")


def streams_of(
    record: Any,
    user: "User",
    kind: str,
    people: Sequence[int],
    activities: Stream | None,
    at: datetime,
) -> list[Stream]:
    """What the record's timeline is made of, as far as the user may see it; `kind` narrows it."""
    found: list[Stream | None] = []
    if kind in ("", *ACTIVITY_FILTERS):
        found.append(activities)
    if people and kind in ("", "interaction"):
        found.append(_interactions(record, people, at))
    if kind in ("", "change"):
        found += [_stage_changes(record, user), _changes(record), _origin(record)]
    return [stream for stream in found if stream is not None]


def people_of(record: Any, user: "User") -> list[int]:
    """The contacts whose doings are the record's, too, as far as the user may see them."""
    if isinstance(record, Company):
        rows = Contact.objects.visible_to(user).filter(company=record)
        return list(rows.values_list("pk", flat=True)[:MOST_CONTACTS])
    contact: Any = record if isinstance(record, Contact) else None
    if isinstance(record, Lead):
        contact = record.contact
    return [contact.pk] if permissions.reaches(Contact, user, contact) else []


def older(before: Place | None, rank: int, at: str) -> Q:
    """The rows of a stream that stand after a place."""
    if before is None:
        return Q()
    if rank < before.rank:
        return Q(**{f"{at}__lte": before.at})
    earlier = Q(**{f"{at}__lt": before.at})
    if rank > before.rank:
        return earlier
    return earlier | Q(**{at: before.at, "pk__lt": before.number})


def activities_about(record: Any, user: "User", people: Sequence[int]) -> Any:
    """The activities of a record: its own, a company's people's, a contact's invitations."""
    link = next((n for n, m in LINKS.items() if isinstance(record, m)), None)
    if link is None or not permissions.access_of(user).may("crm.activity.view"):
        return None
    about = Q(**{link: record})
    if isinstance(record, Company) and people:
        about |= Q(contact__in=people)
    if isinstance(record, Contact):
        invited = list(
            record.invitations.order_by().values_list("pk", flat=True)[:MOST_INVITATIONS]
        )
        about |= Q(pk__in=invited) if invited else Q()
    rows = Activity.objects.visible_to(user).filter(about)
    links = ("owner", "contact", "deal", "lead__contact", "lead__company")
    return read_by_name(rows, links, columns_of(Activity))


LINKS: dict[str, type[Model]] = {
    "lead": Lead,
    "contact": Contact,
    "company": Company,
    "deal": Deal,
}


def done_activities(activities: Any) -> Stream:
    """What was done, at the time it was done."""
    return _stream(activities.done(), ACTIVITIES, "done_at", _activity_group)


def planned_and_done(activities: Any, rows: int) -> tuple[list[Activity], Stream]:
    """What is planned, the next first and what has no time last; and what was done, of a first page.

    One query for both, unless an unusual lot is planned.
    """
    order = F("done_at").desc(nulls_first=True)
    found = list(activities.order_by(order, "-pk")[: MOST_PLANNED + rows + 1])
    planned = [row for row in found if row.done_at is None]
    if len(planned) > MOST_PLANNED:
        next_first = activities.planned().order_by(F("at").asc(nulls_last=True), "pk")
        return list(next_first[:MOST_PLANNED]), done_activities(activities)
    done = [
        _row(row, ACTIVITIES, row.done_at, _activity_group(row)) for row in found[len(planned) :]
    ]
    planned.sort(key=lambda row: (row.at is None, row.at or row.created_at, row.pk))
    return planned, lambda _before, most: done[:most]


def _activity_group(activity: Activity) -> tuple[Any, ...]:
    return ("activity", activity.pk)


def _interactions(record: Any, people: Sequence[int], at: datetime) -> Stream:
    """What the people did: one entry for each kind and day."""

    def fetch(before: Place | None, most: int) -> Sequence[Row]:
        rows = Interaction.objects.filter(contact__in=people).filter(_below(before))
        if isinstance(record, Company):
            found = _newest_of_many(rows, before.at if before else at, most)
        else:
            found = list(rows.order_by("-pk")[:most])
        return [_row(row, INTERACTIONS, moment_of(row.pk), _day_group(row)) for row in found]

    return fetch


def _newest_of_many(rows: Any, until: datetime, most: int) -> list[Interaction]:
    """The newest rows of many people: of the last month, or of all time where those are few.

    Not ordered by the key itself: the database would walk through everybody's.
    """
    key = F("id") + 0
    key.output_field = BigIntegerField()
    newest = read_by_name(rows, ["contact"], ()).order_by(key.desc())
    recent = list(newest.filter(pk__gte=first_id(until - A_MONTH))[:most])
    return recent if len(recent) == most else list(newest[:most])


def _below(before: Place | None) -> Q:
    """`older` for rows whose number is their time."""
    if before is None:
        return Q()
    if before.rank == INTERACTIONS:
        return Q(pk__lt=before.number)
    # Theirs is the lowest rank: at the same moment they stand after all others.
    return Q(pk__lt=first_id(before.at) + SLOTS)


def _day_group(row: Interaction) -> tuple[Any, ...]:
    return ("interaction", row.kind, row.contact_id, timezone.localdate(row.at))


def _stage_changes(record: Any, user: "User") -> Stream | None:
    sees = permissions.access_of(user).sees("crm.deal.stage")
    if not isinstance(record, Deal) or not sees:
        return None
    rows = StageChange.objects.filter(deal=record, from_stage__isnull=False)
    rows = read_by_name(rows, ("from_stage", "to_stage", "by"), ())
    return _stream(rows, STAGES, "at", lambda row: ("stage", row.pk))


def _changes(record: Any) -> Stream:
    rows = AuditEvent.objects.filter(
        object_type=record._meta.label_lower, object_id=record.pk
    ).exclude(action__in=LEFT_OUT)
    return _stream(read_by_name(rows, ["actor"], ()), CHANGES, "at", _change_group)


def _change_group(event: AuditEvent) -> tuple[Any, ...]:
    """What somebody changed on a day is one entry; its making is one with the record's beginning."""
    if event.action == "create":
        return ("created",)
    if event.action != "edit":
        return ("change", event.pk)
    return ("edit", event.actor_id, timezone.localdate(event.at))


def _origin(record: Any) -> Stream:
    """How the record came to us: facts of its own."""
    captured = getattr(record, "captured_at", None)
    kinds = [("captured", captured)] if captured else []
    kinds.append(
        ("imported" if getattr(record, "imported_by", None) else "created", record.created_at)
    )
    rows = sorted(
        (Row(Place(at, ORIGIN, number), kind, (kind,)) for number, (kind, at) in enumerate(kinds)),
        key=lambda row: row.place,
        reverse=True,
    )

    def fetch(before: Place | None, most: int) -> Sequence[Row]:
        return [row for row in rows if before is None or row.place < before][:most]

    return fetch


def _stream(rows: Any, rank: int, at: str, group: Callable[[Any], tuple[Any, ...]]) -> Stream:
    def fetch(before: Place | None, most: int) -> Sequence[Row]:
        found = rows.filter(older(before, rank, at)).order_by(f"-{at}", "-pk")[:most]
        return [_row(row, rank, getattr(row, at), group(row)) for row in found]

    return fetch


def _row(value: Any, rank: int, at: Any, group: tuple[Any, ...]) -> Row:
    return Row(Place(at, rank, value.pk), value, group)
