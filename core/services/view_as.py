"""Looking at the product as somebody else: begun and ended by administrators, on record, an hour long.

What is remembered lies in the administrator's own session; `core.middleware` puts it into effect.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import Role, User

KEY = "view_as"
LONGEST = timedelta(hours=1)
# What is taken over from who really looks: only rights and records are the other one's.
OWN = ("language", "time_zone", "theme", "has_hotkeys", "wants_digest", "hides_start")


@dataclass(frozen=True)
class Viewing:
    """Whose eyes it is: `user` acts in requests, `by` is who is signed in."""

    user: User
    by: User
    until: datetime
    role: Role | None = None

    @property
    def name(self) -> str:
        return self.role.display_name if self.role else self.user.display_name


@transaction.atomic
def start_view(
    *, session: MutableMapping[str, Any], subject: User | Role, by: User, at: datetime
) -> None:
    """From the next page on; only administrators, who may see everything anyway."""
    if not permissions.access_of(by).is_administrator:
        raise Refused(_("Only administrators see Renmai as somebody else."))
    if subject == by:
        raise Refused(_("Choose somebody else."))
    if isinstance(subject, User) and not subject.is_active:
        raise Refused(_("Switch the user on first."))
    kind = "role" if isinstance(subject, Role) else "user"
    session[KEY] = {kind: subject.pk, "until": (at + LONGEST).isoformat()}
    audit.record(actor=by, action="view_as.start", subject=subject)


@transaction.atomic
def end_view(*, session: MutableMapping[str, Any], by: User) -> None:
    """Back to one's own eyes."""
    said = session.pop(KEY, None)
    if said is not None:
        model: Any = Role if "role" in said else User
        subject = model.objects.filter(pk=said.get("role") or said.get("user")).first()
        audit.record(actor=by, action="view_as.end", subject=subject)


def viewing_of(*, said: dict[str, Any], by: User, at: datetime) -> Viewing | None:
    """What the session says, while it holds: not after the hour, nor without the right."""
    until = datetime.fromisoformat(said["until"])
    if at >= until or not permissions.access_of(by).is_administrator:
        return None
    if "role" in said:
        return _as_role(said["role"], by, until)
    user = User.objects.select_related("team").filter(pk=said["user"], is_active=True).first()
    if user is None:
        return None
    for name in OWN:
        setattr(user, name, getattr(by, name))
    user.viewed_by = by
    return Viewing(user, by, until)


def _as_role(pk: int, by: User, until: datetime) -> Viewing | None:
    """Oneself, with the own records and team, but with this role alone."""
    roles = Role.objects.filter(pk=pk)
    role = roles.first()
    if role is None:
        return None
    user = User.objects.select_related("team").get(pk=by.pk)
    user.cached_access = permissions.access_in_roles(user, roles)
    user.viewed_by = by
    return Viewing(user, by, until, role)
