"""Where the fields of a record stand on its page: as declared, or as a company has arranged them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.models import DerivedValue, RecordLayout
from core.records.declaration import RecordPage
from core.records.fields import ADDED, RecordField, added, built_in


@dataclass(frozen=True)
class Spot:
    """A field in a section; `is_more`: behind a button."""

    name: str
    section: str
    is_more: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def headings_of(page: RecordPage) -> Mapping[str, Any]:
    """The sections of a page in their order."""
    return {
        "": _("Details"),
        "address": _("Address"),
        **page.sections,
        ADDED: _("More fields"),
    }


def placed_fields(page: RecordPage) -> list[RecordField]:
    """All fields that have a place among the facts; tags stand in the head of the page."""
    kind = page.record_type
    return [field for field in (*built_in(kind), *added(kind)) if has_place(field)]


def has_place(field: RecordField) -> bool:
    is_placed = field.declared is None or field.declared.has_place
    return is_placed and field.type != FieldType.TAGS


def layout_of(kind: str) -> list[Spot]:
    """What a company has arranged; nothing where the page is as shipped. One query."""
    rows = RecordLayout.objects.filter(object_type=kind).values_list("places", flat=True)
    return [Spot(**place) for places in rows for place in places]


def with_layout(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """Records that bring along the layout of their page, and whether values of theirs came by themselves:
    it costs no query of its own.
    """
    places = RecordLayout.objects.filter(object_type=kind).values("places")
    derived = DerivedValue.objects.filter(object_type=kind, object_id=OuterRef("pk"))
    found: QuerySet[Any] = rows.annotate(page_layout=Subquery(places), has_derived=Exists(derived))
    return found


def layout_at(record: Any) -> list[Spot]:
    """The layout that came with a record."""
    return [Spot(**place) for place in record.page_layout or ()]


def arranged(
    page: RecordPage, fields: Sequence[RecordField], layout: Iterable[Spot]
) -> list[tuple[Spot, RecordField]]:
    """The fields where they stand, section by section.

    Those that the layout does not know (a new custom field) follow in the section of their own; a
    section that is no longer there gives its fields back to theirs.
    """
    sections = list(headings_of(page))
    known = {field.name: field for field in fields}
    spots = [spot for spot in layout if spot.name in known and spot.section in sections]
    placed = {spot.name for spot in spots}
    spots += [Spot(field.name, field.section) for field in fields if field.name not in placed]
    spots.sort(key=lambda spot: sections.index(spot.section))
    return [(spot, known[spot.name]) for spot in spots]
