"""Home: whose work it shows, and figures that lead to the list behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import DecimalField, F, Func, IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.choices import Reach
from core.conditions import Condition, Criterion, Viewpoint, all_of, checked, to_parameter, to_q
from core.conditions.given import ME, MY_TEAM
from core.models import User
from core.registries import panels, permission_registry, record_types

T = TypeVar("T")

MINE, TEAM, ALL = "mine", "team", "all"
SCOPES = {MINE: _("My work"), TEAM: _("Team"), ALL: _("Company")}
PLACES = {"top": "core.home.top", "panels": "core.home", "side": "core.home.side"}


def scopes_of(user: User) -> list[str]:
    """Whose work somebody may look at: as far as they see any of what home shows."""
    access = permissions.access_of(user)
    shown = {panel.permission for panel in panels if panel.place in PLACES.values()}
    rights = [name for name in shown if permission_registry[name].has_reach]
    reach = max((access.reach(name) or Reach.OWN for name in rights), default=Reach.OWN)
    has_team = user.team_id is not None and reach >= Reach.TEAM
    return [MINE, *([TEAM] if has_team else []), *([ALL] if reach == Reach.ALL else [])]


@dataclass(frozen=True)
class HomeView:
    """Who looks, when, and whose work is shown; every panel of home is filled from it."""

    view: Viewpoint
    scope: str

    @classmethod
    def of(cls, user: User, wanted: str = "") -> "HomeView":
        """The scope that was asked for, else the widest for whoever sees everything, else one's own."""
        offered = scopes_of(user)
        default = ALL if ALL in offered else MINE
        return cls(Viewpoint(user, timezone.localtime()), wanted if wanted in offered else default)

    @property
    def user(self) -> User:
        return self.view.user

    @cached_property
    def owned(self) -> tuple[Condition, ...]:
        """Whose records count."""
        whose = {MINE: ME, TEAM: MY_TEAM}.get(self.scope)
        return (Criterion("owner", "is", [whose]),) if whose else ()

    @cached_property
    def _kept(self) -> dict[str, Any]:
        return {}

    def once(self, key: str, make: Callable[["HomeView"], T]) -> T:
        """What several panels need is asked for once."""
        if key not in self._kept:
            self._kept[key] = make(self)
        found: T = self._kept[key]
        return found

    def rows(self, key: str, *conditions: Condition) -> "QuerySet[Any]":
        """The records of the scope that meet the conditions; refused where a field is hidden."""
        kind = record_types[key]
        condition = checked(all_of(*self.owned, *conditions), kind, self.view)
        visible = permissions.visible_rows(kind.model, self.user)
        return visible.filter(to_q(condition, kind, self.view))

    def address(self, key: str, *conditions: Condition, sort: str = "") -> str:
        """The list of the same records."""
        parts = [to_parameter(part) for part in (*self.owned, *conditions)]
        query = urlencode({"if": parts, **({"sort": sort} if sort else {})}, doseq=True)
        return f"{reverse(record_types[key].list_url)}?{query}"


def count(rows: "QuerySet[Any]") -> Subquery:
    """How many, as a column of another query: all figures of a page are one question."""
    # Not of the ids: an index that lacks them then answers without the table.
    number = Func(template="COUNT(*)", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=number).values("number"))


def total(rows: "QuerySet[Any]", column: str) -> Subquery:
    """The sum of a column, as a column of another query."""
    amount = Func(F(column), function="SUM", output_field=DecimalField())
    return Subquery(rows.order_by().annotate(number=amount).values("number"))


def ask_at_once(user: User, columns: Mapping[str, Subquery]) -> dict[str, Any]:
    """The values of all columns in one query; what sums up nothing is 0."""
    if not columns:
        return {}
    row = User.objects.filter(pk=user.pk).values(**columns).get()
    return {name: value or 0 for name, value in row.items()}
