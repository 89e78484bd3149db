"""The audit log as people search it: who did what to which record, and what was there before."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.text import capfirst

from core import permissions
from core.choices import Reach
from core.custom_names import is_custom
from core.models import AuditEvent, User
from core.queries.changes import FieldChange, fields_told
from core.registries import audit_actions, record_types

PAGE_SIZE = 50
CHUNK = 500
SECONDS = 5.0
# Numbers and times rise together, but for what lies between taking a number and committing.
SLACK = 10_000


@dataclass(frozen=True)
class AuditSearch:
    """What is looked for; nothing of it has to be given."""

    actor: int | None = None
    action: str = ""
    object_type: str = ""
    object_id: int | None = None
    since: date | None = None
    until: date | None = None
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        return self != AuditSearch()


@dataclass(frozen=True)
class AuditLine:
    """One act as the log shows it."""

    event: AuditEvent
    title: str
    what: str = ""
    name: str = ""
    url: str = ""
    fields: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class AuditPage:
    lines: list[AuditLine]
    older: int | None = None


def may_search_words(user: User) -> bool:
    """Words are found in values, so who may not see every field could find out hidden ones."""
    return not permissions.access_of(user).hidden_fields


def seen_events(user: User) -> QuerySet[AuditEvent]:
    """All events; of a record type whose records the user does not all see, none."""
    access = permissions.access_of(user)
    unseen = [kind.key for kind in record_types if access.reach(f"{kind.key}.view") != Reach.ALL]
    return (
        AuditEvent.objects.exclude(object_type__in=unseen) if unseen else AuditEvent.objects.all()
    )


def found_events(search: AuditSearch, user: User) -> QuerySet[AuditEvent]:
    """The events that are looked for, newest first."""
    given = {
        "actor": search.actor,
        "action": search.action,
        "object_type": search.object_type,
        "object_id": search.object_id,
    }
    rows = seen_events(user).filter(
        **{name: value for name, value in given.items() if value not in (None, "")}
    )
    rows = _between(rows, search)
    if search.words and may_search_words(user):
        text = Cast("changes", TextField())
        rows = rows.annotate(text=text).filter(text__icontains=_as_stored(search.words))
    return rows.order_by("-pk")


def _as_stored(words: str) -> str:
    """Words as the text of a JSON column holds them: SQLite keeps what Python wrote."""
    return json.dumps(words, ensure_ascii=connection.vendor == "sqlite")[1:-1]


def _between(rows: QuerySet[AuditEvent], search: AuditSearch) -> QuerySet[AuditEvent]:
    """The days, also as a range of numbers: by them the log is ordered and every index ends."""
    if search.since is not None:
        start = _midnight(search.since)
        rows = rows.filter(at__gte=start)
        first = _first_at(start)
        rows = rows.filter(pk__gte=first - SLACK) if first is not None else rows.none()
    if search.until is not None:
        end = _midnight(search.until + timedelta(days=1))
        rows = rows.filter(at__lt=end)
        first = _first_at(end)
        rows = rows.filter(pk__lt=first + SLACK) if first is not None else rows
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_at(moment: datetime) -> int | None:
    rows = AuditEvent.objects.filter(at__gte=moment).order_by("at").values_list("pk", flat=True)
    return rows.first()


def audit_page(search: AuditSearch, user: User, *, before: int | None = None) -> AuditPage:
    rows = found_events(search, user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    events = list(rows.select_related("actor", "run", "change_set")[: PAGE_SIZE + 1])
    shown = events[:PAGE_SIZE]
    return AuditPage(described(shown, user), shown[-1].pk if len(events) > PAGE_SIZE else None)


def all_lines(search: AuditSearch, user: User) -> Iterator[AuditLine]:
    """Every event that is found, a chunk at a time."""
    rows = found_events(search, user).select_related("actor", "run", "change_set")
    before: int | None = None
    while True:
        chunk = list((rows if before is None else rows.filter(pk__lt=before))[:CHUNK])
        yield from described(chunk, user)
        if len(chunk) < CHUNK:
            return
        before = chunk[-1].pk


def described(events: Sequence[AuditEvent], user: User) -> list[AuditLine]:
    """The events in their order, as the user may read them: some queries for each record type."""
    by_type: dict[str, list[AuditEvent]] = {}
    for event in events:
        by_type.setdefault(event.object_type, []).append(event)
    lines: dict[int, AuditLine] = {}
    for object_type, group in by_type.items():
        known = object_type in record_types
        describe = _of_records if known else _of_others
        lines |= {line.event.pk: line for line in describe(object_type, group, user)}
    return [lines[event.pk] for event in events]


def title_of(action: str) -> str:
    return str(audit_actions[action].label) if action in audit_actions else action


def type_label(object_type: str) -> str:
    """What kind of thing it is; the key of what is not there any more."""
    if object_type in record_types:
        return str(record_types[object_type].label)
    try:
        return capfirst(str(apps.get_model(object_type)._meta.verbose_name))
    except (LookupError, ValueError):
        return object_type


def _of_records(object_type: str, events: list[AuditEvent], user: User) -> Iterator[AuditLine]:
    kind = record_types[object_type]
    access = permissions.access_of(user)
    by_event = fields_told(kind, events, user)
    # Columns that are no field of their own only follow others.
    columns = {column.name for column in kind.model._meta.concrete_fields}
    model: Any = kind.model
    rows = (
        model.objects.visible_to(user)
        .for_list()
        .in_bulk({event.object_id for event in events if event.object_id is not None})
    )
    for event, fields in zip(events, by_event, strict=True):
        row = rows.get(event.object_id)
        name = row.name_for(access) if row is not None else _number(event)
        url = row.get_absolute_url() if row is not None else ""
        named = columns | {each.name for each in fields}
        others = _plainly(event, None, named) if may_search_words(user) else ()
        told = [*fields, *others]
        yield AuditLine(event, title_of(event.action), str(kind.label), name, url, told)


def _of_others(object_type: str, events: list[AuditEvent], user: User) -> Iterator[AuditLine]:
    """Settings and the like; a user is named, whatever else has a number."""
    model = _model(object_type)
    users = (
        User.objects.in_bulk([e.object_id for e in events if e.object_id]) if model is User else {}
    )
    what = type_label(object_type) if object_type else ""
    for event in events:
        name = str(users.get(event.object_id, "")) or _number(event)
        fields = list(_plainly(event, model, set()))
        yield AuditLine(event, title_of(event.action), what, name, "", fields)


def _model(object_type: str) -> Any:
    try:
        return apps.get_model(object_type) if object_type else None
    except (LookupError, ValueError):
        return None


def _number(event: AuditEvent) -> str:
    return f"#{event.object_id}" if event.object_id is not None else ""


def _plainly(event: AuditEvent, model: Any, named: set[str]) -> Iterator[FieldChange]:
    """What has no field of a record type: as it is stored, under the best name there is."""
    for name, (before, after) in event.changes.items():
        if name in named or is_custom(name):
            continue
        yield FieldChange(name, _label(model, name), _text(before), _text(after))


def _label(model: Any, name: str) -> str:
    if model is not None:
        try:
            return capfirst(str(model._meta.get_field(name).verbose_name))
        except FieldDoesNotExist:
            pass
    return capfirst(name.replace("_", " "))


def _text(value: Any) -> str | None:
    if value in (None, "", []):
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
