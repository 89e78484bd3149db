"""The list of users: search, filters, keyset pages by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.ids import id_in
from core.models import Role, Team, User
from core.text import fold

PER_PAGE = 50
STATES = {
    "": _("Everybody"),
    "active": _("Active"),
    "invited": _("Invited"),
    "off": _("Switched off"),
}
MOST_SEARCH = 200


@dataclass(frozen=True)
class UserPage:
    """One page of users, with the filters that were asked for and the ways on and back."""

    users: list[User]
    asked: dict[str, str]
    previous: str = ""
    next: str = ""

    @property
    def is_narrowed(self) -> bool:
        return any(self.asked.values())


def user_page(query: Mapping[str, str]) -> UserPage:
    """What the address asks for; what it says wrongly is left out."""
    asked = {
        "q": query.get("q", "").replace("\0", "")[:MOST_SEARCH].strip(),
        "state": query.get("state", "") if query.get("state", "") in STATES else "",
        "team": _number(query.get("team", "")),
        "role": _number(query.get("role", "")),
    }
    rows = _matching(asked)
    start = User.objects.filter(pk=_number(query.get("after", "") or query.get("before", "")) or 0)
    edge = start.first()
    is_back = edge is not None and "before" in query
    found = list(_beyond(rows, edge, is_back)[: PER_PAGE + 1])
    has_more = len(found) > PER_PAGE
    users = found[:PER_PAGE]
    if is_back:
        users.reverse()
    has_previous = has_more if is_back else edge is not None
    has_next = edge is not None if is_back else has_more
    return UserPage(
        users,
        asked,
        previous=_address(asked, before=users[0].pk) if has_previous and users else "",
        next=_address(asked, after=users[-1].pk) if has_next and users else "",
    )


def _number(text: str) -> str:
    return "" if id_in(text) is None else text


def _matching(asked: Mapping[str, str]) -> QuerySet[User]:
    rows = User.objects.select_related("team").prefetch_related("roles")
    two_step = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    rows = rows.annotate(has_two_step=Exists(two_step))
    for word in fold(asked["q"]).split():
        rows = rows.filter(Q(name__folded__contains=word) | Q(email__contains=word))
    if asked["state"] == "off":
        rows = rows.filter(is_active=False)
    elif asked["state"]:
        rows = rows.filter(is_active=True, last_login__isnull=asked["state"] == "invited")
    if asked["team"]:
        rows = rows.filter(team=int(asked["team"]))
    if asked["role"]:
        rows = rows.filter(roles=int(asked["role"]))
    return rows


def _beyond(rows: QuerySet[User], edge: User | None, is_back: bool) -> QuerySet[User]:
    order = ("-name", "-pk") if is_back else ("name", "pk")
    rows = rows.order_by(*order)
    if edge is None:
        return rows
    side = "lt" if is_back else "gt"
    same = Q(**{"name": edge.name, f"pk__{side}": edge.pk})
    return rows.filter(Q(**{f"name__{side}": edge.name}) | same)


def _address(asked: Mapping[str, str], **edge: int) -> str:
    return "?" + urlencode({**{k: v for k, v in asked.items() if v}, **edge})


def filter_choices() -> dict[str, Any]:
    """What the filters above the list offer."""
    return {
        "states": STATES,
        "teams": list(Team.objects.values_list("pk", "name")),
        "roles": [(role.pk, role.display_name) for role in Role.objects.all()],
    }
