"""Writing the sample company part by part: each part in one transaction, and only once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import SampleData, Tag, User
from core.upsert import insert_new
from crm.models import (
    Company,
    Contact,
    Deal,
    DealContact,
    DealLine,
    Lead,
    Membership,
    Participation,
    Quote,
    QuoteLine,
    StageChange,
)
from crm.services.interactions import record_interactions
from crm.services.sample.cast import SampleCompany
from crm.services.sample.chance import midnight
from crm.services.sample.ground import field_keys, lay_ground, read_setting
from crm.services.sample.quoting import number_quotes, quotes_of
from crm.services.sample.selling import participants
from crm.services.sample.story import tags_of, tell
from crm.services.sample.words import TAGS

GROUND = "ground"
# Parts that are many rows are written in slices, so that no transaction is long.
SLICES = {"activities": 8, "interactions": 24}
# What tells a stored record of a model from the others.
KEYS = ("external_id", "sku", "name_key")
BATCH = 500


def begin_sample(*, day: Any, at: datetime, by: User | None = None) -> SampleData:
    """Say that a sample company is to be loaded; refused when there is one."""
    lock_for_transaction("core.sample_data")
    data = SampleData.objects.filter(pk=1).first()
    if data is not None and data.loaded_at is not None:
        raise Refused(_("The sample company is there already."))
    if data is None:
        data = SampleData(day=day)
        data.save()
        audit.record(actor=by, action="sample.load")
    return data


def part_names() -> list[str]:
    """The parts in their order; `activities:3` is a slice."""
    names = [GROUND, "products", "companies", "people", "leads", "deals", "activities"]
    names += ["groups", "events", "interactions"]
    return [
        part
        for name in names
        for part in ([f"{name}:{n}" for n in range(SLICES[name])] if name in SLICES else [name])
    ]


def read_company() -> SampleCompany:
    """The sample company as the ground in the database makes it."""
    return tell(read_setting(SampleData.objects.get(pk=1)), field_keys())


@transaction.atomic
def store_part(*, part: str, company: SampleCompany | None) -> int:
    """Write a part unless it is there; returns rows written."""
    data = SampleData.objects.select_for_update().get(pk=1)
    if part in data.parts:
        return 0
    name, _colon, number = part.partition(":")
    written = 0
    if name == GROUND:
        lay_ground(data)
    elif company is not None:
        written = WRITERS[name](company, int(number or 0))
    data.parts = [*data.parts, part]
    data.save(update_fields=["parts", "made"])
    return written


# -- records -------------------------------------------------------------------------------------


def _write(records: Sequence[Any]) -> int:
    """Insert records as they are, with the times of the story; those that are there stay."""
    if not records:
        return 0
    model: type[models.Model] = type(records[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    for record in records:
        _link(record)
        if hasattr(record, "normalise"):
            record.normalise()
        touched = getattr(record, "touched_at", None)
        record.updated_at = max(record.created_at, touched or record.created_at)
    rows = ([field.value_from_object(record) for field in fields] for record in records)
    written = insert_new(model, rows, fields=[field.name for field in fields])
    _number(records)
    return written


def _link(record: models.Model) -> None:
    """Take over the numbers of records it points to, which were stored after they were tied."""
    for field in record._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.is_cached(record):
            target = field.get_cached_value(record)
            setattr(record, field.attname, target.pk if target is not None else None)


def _number(records: Sequence[Any]) -> None:
    """Give records the numbers under which they are stored."""
    if not records or records[0].pk is not None:
        return
    model = type(records[0])
    names = {field.name for field in model._meta.concrete_fields}
    key = next(name for name in KEYS if name in names)
    for record in records:
        if key == "name_key":
            record.normalise()
    stored = dict(model._base_manager.filter(is_sample=True).values_list(key, "pk"))
    for record in records:
        record.pk = stored[getattr(record, key)]


def _number_all(company: SampleCompany) -> None:
    """Numbers of everything that later parts point to."""
    _number([firm.record for firm in company.firms])
    _number([person.record for person in company.people])


def _add(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Insert rows that hang on records."""
    made = list(rows)
    for row in made:
        _link(row)
    model._base_manager.bulk_create(made, BATCH)
    return len(made)


def _tag(company: SampleCompany, kind: str, model: Any) -> int:
    tags = dict(Tag.objects.filter(name__in=TAGS).values_list("name", "pk"))
    through = model.tags.through
    column = f"{model._meta.model_name}_id"
    return _add(
        through,
        (
            through(**{column: record.pk, "tag_id": tags[name]})
            for record, name in tags_of(company, list(TAGS))[kind]
            if name in tags
        ),
    )


# -- parts ---------------------------------------------------------------------------------------


def _slice(items: Sequence[Any], number: int, count: int) -> Sequence[Any]:
    """The number-th of so many parts of about the same length."""
    return items[len(items) * number // count : len(items) * (number + 1) // count]


def _products(company: SampleCompany, _part: int) -> int:
    return _write(company.products)


def _companies(company: SampleCompany, _part: int) -> int:
    records = [firm.record for firm in company.firms]
    heads = [record for record in records if record.parent is None]
    written = _write(heads) + _write([record for record in records if record.parent is not None])
    return written + _tag(company, "company", Company)


def _people(company: SampleCompany, _part: int) -> int:
    _number([firm.record for firm in company.firms])
    records = [person.record for person in company.people]
    heads = [record for record in records if record.reports_to is None]
    written = _write(heads) + _write([r for r in records if r.reports_to is not None])
    return written + _tag(company, "contact", Contact)


def _leads(company: SampleCompany, _part: int) -> int:
    _number_all(company)
    written = _write([item.record for item in company.enquiries])
    return written + _tag(company, "lead", Lead)


def _deals(company: SampleCompany, _part: int) -> int:
    _number_all(company)
    _number([item.record for item in company.enquiries])
    _number(company.products)
    written = _write([sale.record for sale in company.sales])
    for sale in company.sales:
        parts: tuple[Any, ...] = (*sale.changes, *sale.lines)
        for part in parts:
            part.deal = sale.record
    written += _add(StageChange, (change for sale in company.sales for change in sale.changes))
    written += _add(DealLine, (line for sale in company.sales for line in sale.lines))
    written += _add(DealContact, (part for sale in company.sales for part in participants(sale)))
    written += _quotes(company)
    return written + _tag(company, "deal", Deal)


def _quotes(company: SampleCompany) -> int:
    """Of the deals that are stored already."""
    found = list(quotes_of(company, midnight(SampleData.objects.get(pk=1).day)))
    number_quotes([quote for quote, _lines in found])
    written = _add(Quote, (quote for quote, _lines in found))
    return written + _add(QuoteLine, (line for _quote, lines in found for line in lines))


def _activities(company: SampleCompany, part: int) -> int:
    _number_all(company)
    _number([item.record for item in company.enquiries])
    _number([sale.record for sale in company.sales])
    return _write(_slice(company.activities, part, SLICES["activities"]))


def _groups(company: SampleCompany, _part: int) -> int:
    _number_all(company)
    return _write(company.groups) + _add(Membership, company.memberships)


def _events(company: SampleCompany, _part: int) -> int:
    _number_all(company)
    return _write(company.events) + _add(Participation, company.participations)


def _interactions(company: SampleCompany, part: int) -> int:
    _number_all(company)
    chosen = _slice(company.interactions, part, SLICES["interactions"])
    return record_interactions(replace(what, contact=contact.pk) for contact, what in chosen)


WRITERS: dict[str, Callable[[SampleCompany, int], int]] = {
    "products": _products,
    "companies": _companies,
    "people": _people,
    "leads": _leads,
    "deals": _deals,
    "activities": _activities,
    "groups": _groups,
    "events": _events,
    "interactions": _interactions,
}
