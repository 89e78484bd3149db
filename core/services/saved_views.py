"""Saved views: keeping what a list shows, sharing it, and taking it away again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.choices import Sharing
from core.errors import Refused
from core.lists.saved_views import may_change, visible_views
from core.models import SavedView, User, ViewFavourite

MOST_VIEWS = 100
Kept = Mapping[str, Any]  # condition, columns, sort


@transaction.atomic
def create_view(
    *, object_type: str, name: str, icon: str, sharing: str, kept: Kept, by: User
) -> SavedView:
    """Keep what a list shows under a name."""
    own = SavedView.objects.filter(owner=by, object_type=object_type, deleted_at=None)
    if own.count() >= MOST_VIEWS:
        raise Refused(_("You have %(count)s views here. Delete one first.") % {"count": MOST_VIEWS})
    view = SavedView(object_type=object_type, owner=by, position=own.count(), **kept)
    _name(view, name, icon, sharing, by)
    view.save()
    audit.record(actor=by, action="view.create", subject=view)
    return view


@transaction.atomic
def keep_state(*, view: SavedView, kept: Kept, by: User) -> None:
    """Keep what the list shows now in a view that is there."""
    _change(view, kept, by)


@transaction.atomic
def describe_view(*, view: SavedView, name: str, icon: str, sharing: str, by: User) -> None:
    """Another name, icon or audience."""
    before = audit.snapshot(view)
    _require(view, by)
    _name(view, name, icon, sharing, by)
    _save(view, before, by)


def _name(view: SavedView, name: str, icon: str, sharing: str, by: User) -> None:
    name = " ".join(name.split())[:80]
    if not name:
        raise Refused(_("Give the view a name."))
    if sharing not in Sharing.values:
        raise Refused(_("Say who has the view."))
    if sharing == Sharing.TEAM and by.team_id is None:
        raise Refused(_("You are in no team, so the view can be for you or for everybody."))
    # A ready-made view keeps speaking every language as long as nobody gives it another name.
    view.is_ready_made = view.is_ready_made and name in (view.name, view.label)
    view.name = view.name if view.is_ready_made else name
    view.icon, view.sharing = icon[:40], sharing
    view.team = by.team if sharing == Sharing.TEAM else None


def _change(view: SavedView, values: Mapping[str, Any], by: User) -> None:
    before = audit.snapshot(view)
    _require(view, by)
    for name, value in values.items():
        setattr(view, name, value)
    _save(view, before, by)


def _save(view: SavedView, before: dict[str, Any], by: User) -> None:
    changes = audit.differences(before, view)
    if changes:
        view.save(update_fields=[*changes, "updated_at"])
        audit.record(actor=by, action="view.change", subject=view, changes=changes)


def _require(view: SavedView, by: User) -> None:
    if not may_change(by, view):
        raise Refused(_("This view belongs to somebody else. Save it as a new one of yours."))


@transaction.atomic
def delete_view(*, view: SavedView, by: User, at: datetime) -> None:
    """Take a view away from everybody who had it; it can be brought back."""
    _require(view, by)
    view.deleted_at = at
    view.save(update_fields=["deleted_at", "updated_at"])
    audit.record(actor=by, action="view.delete", subject=view)


@transaction.atomic
def restore_view(*, view: SavedView, by: User) -> None:
    _require(view, by)
    view.deleted_at = None
    view.save(update_fields=["deleted_at", "updated_at"])
    audit.record(actor=by, action="view.restore", subject=view)


@transaction.atomic
def favour_view(*, view: SavedView, by: User) -> bool:
    """Among the user's first tabs, or not any more; says which."""
    removed, _rows = ViewFavourite.objects.filter(user=by, view=view).delete()
    if not removed:
        ViewFavourite.objects.create(user=by, view=view)
    return not removed


@transaction.atomic
def move_view(*, view: SavedView, steps: int, by: User) -> None:
    """One place to the left (-1) or right (1) among the views of the list."""
    _require(view, by)
    rows = visible_views(by).filter(object_type=view.object_type)
    order = [row for row in rows.select_for_update() if may_change(by, row)]
    place = next((i for i, row in enumerate(order) if row.pk == view.pk), None)
    if place is None:
        return
    order.insert(min(max(place + steps, 0), len(order) - 1), order.pop(place))
    _number(order)


def _number(order: Sequence[SavedView]) -> None:
    for position, row in enumerate(order):
        row.position = position
    SavedView.objects.bulk_update(order, ["position"])
