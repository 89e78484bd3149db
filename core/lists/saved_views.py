"""The saved views that somebody has."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import permissions
from core.choices import Sharing
from core.models import SavedView, User, ViewFavourite


def visible_views(user: User) -> QuerySet[SavedView]:
    """One's own, those for one's team and for everybody."""
    seen = Q(owner=user) | Q(sharing=Sharing.ALL)
    if user.team_id is not None:
        seen |= Q(sharing=Sharing.TEAM, team=user.team_id)
    return SavedView.objects.filter(seen, deleted_at=None)


def views_of(object_type: str, user: User) -> Sequence[SavedView]:
    """The views of a list as its tabs show them: favourites first, then as they are ordered."""
    favourite = ViewFavourite.objects.filter(user=user, view=OuterRef("pk"))
    rows = visible_views(user).filter(object_type=object_type)
    rows = rows.annotate(is_favourite=Exists(favourite)).order_by("-is_favourite", "position", "pk")
    return list(rows)


def may_change(user: User, view: SavedView) -> bool:
    """Its owner may; for what everybody has, an administrator may, too."""
    is_for_all = view.owner_id is None or view.sharing == Sharing.ALL
    return view.owner_id == user.pk or (is_for_all and permissions.access_of(user).is_administrator)
