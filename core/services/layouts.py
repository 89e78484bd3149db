"""Arranging the fields of record pages, for everybody."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import RecordLayout, User
from core.records.declaration import RecordPage
from core.records.layouts import Spot, arranged, headings_of, layout_of, placed_fields

PERMISSION = "core.layout.manage"
LOCK = "core.layouts"


@transaction.atomic
def move_field(*, page: RecordPage, name: str, steps: int, by: User) -> None:
    """Move a field among those of its section; -1 is one up."""
    spots = _begin(page, by)
    spot = _spot(spots, name)
    same = [each for each in spots if each.section == spot.section]
    place = same.index(spot)
    other = same[min(max(place + steps, 0), len(same) - 1)]
    target = spots.index(other)
    spots.remove(spot)
    spots.insert(target, spot)
    _write(page, spots, by)


@transaction.atomic
def place_field(
    *,
    page: RecordPage,
    name: str,
    by: User,
    section: str | None = None,
    is_more: bool | None = None,
) -> None:
    """Put a field into another section, as its last one, or behind the button."""
    spots = _begin(page, by)
    spot = _spot(spots, name)
    new = Spot(
        name,
        spot.section if section is None else _section(page, section),
        spot.is_more if is_more is None else is_more,
    )
    place = spots.index(spot)
    spots.remove(spot)
    spots.insert(place if new.section == spot.section else len(spots), new)
    _write(page, spots, by)


@transaction.atomic
def order_fields(*, page: RecordPage, order: Sequence[tuple[str, str]], by: User) -> None:
    """The fields as they were dragged, each with its section; what is not named stays behind them."""
    spots = {spot.name: spot for spot in _begin(page, by)}
    dragged = [
        Spot(name, _section(page, section), spots[name].is_more)
        for section, name in dict.fromkeys(order)
        if name in spots
    ]
    named = {spot.name for spot in dragged}
    _write(page, [*dragged, *(spot for spot in spots.values() if spot.name not in named)], by)


@transaction.atomic
def reset_layout(*, page: RecordPage, by: User) -> None:
    """As it was shipped."""
    _begin(page, by)
    layout = RecordLayout.objects.filter(object_type=page.kind).first()
    if layout is not None:
        audit.record(actor=by, action="layout.reset", object_type=page.kind)
        layout.delete()


def _begin(page: RecordPage, by: User) -> list[Spot]:
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    return [spot for spot, _field in arranged(page, placed_fields(page), layout_of(page.kind))]


def _spot(spots: Sequence[Spot], name: str) -> Spot:
    found = next((spot for spot in spots if spot.name == name), None)
    if found is None:
        raise Refused(_("There is no such field."))
    return found


def _section(page: RecordPage, section: str) -> str:
    if section not in headings_of(page):
        raise Refused(_("Choose a section from the list."))
    return section


def _write(page: RecordPage, spots: Sequence[Spot], by: User) -> None:
    sections = list(headings_of(page))
    ordered = sorted(spots, key=lambda spot: sections.index(spot.section))
    layout, _made = RecordLayout.objects.get_or_create(object_type=page.kind)
    places = [spot.as_json() for spot in ordered]
    if layout.places == places:
        return
    before = [Spot(**place) for place in layout.places]
    layout.places = places
    layout.save(update_fields=["places"])
    changes = {"layout": (_in_short(before), _in_short(ordered))}
    audit.record(actor=by, action="layout.change", object_type=page.kind, changes=changes)


def _in_short(spots: Sequence[Spot]) -> str:
    return ", ".join(f"{spot.name} (…)" if spot.is_more else spot.name for spot in spots)
