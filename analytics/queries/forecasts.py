"""Which forecasts somebody may see, and what their parts are called.

A forecast of a total tells of all records, so it is for those who may see all of them; a team's is for
those who see the team's, one's own for oneself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from analytics.choices import CUTS, OTHERS, WITHOUT, Cut, Measure
from analytics.models import ForecastSeries, ForecastTarget
from core import permissions
from core.choices import Reach
from core.models import JobRun, Team, User
from core.permissions import NOTHING
from crm.models import Product

KIND = "analytics.forecasts"
OBJECTS = {
    Measure.REVENUE: "crm.deal",
    Measure.DEALS: "crm.deal",
    Measure.LEADS: "crm.lead",
    Measure.INTERACTIONS: "crm.contact",
}
# What a measure is made of: who may not see these fields does not see their sums.
FIELDS = {
    Measure.REVENUE: ("amount", "closed"),
    Measure.DEALS: ("closed",),
    Measure.LEADS: ("captured",),
    Measure.INTERACTIONS: (),
}
BY_FIELD = {Cut.TEAM: "team", Cut.OWNER: "owner", Cut.SOURCE: "source"}


@dataclass(frozen=True)
class Part:
    """A part that has a series: by its cut and key."""

    cut: str
    key: str

    @property
    def value(self) -> str:
        """As the address has it."""
        return self.cut if self.cut == Cut.TOTAL else f"{self.cut}:{self.key}"

    @classmethod
    def read(cls, value: str) -> "Part | None":
        cut, _colon, key = value.partition(":")
        if cut not in Cut.values or (cut == Cut.TOTAL and key):
            return None
        return cls(cut, key)


@dataclass(frozen=True)
class Sight:
    """Of a measure: the cuts that somebody sees in whole, and single parts besides."""

    cuts: frozenset[str] = frozenset()
    parts: frozenset[Part] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cuts or self.parts)

    def holds(self, part: Part) -> bool:
        return part.cut in self.cuts or part in self.parts

    @property
    def condition(self) -> Q:
        found = Q(cut__in=self.cuts) if self.cuts else NOTHING
        for part in sorted(self.parts, key=lambda each: each.value):
            found |= Q(cut=part.cut, key=part.key)
        return found


def sight_of(user: User, measure: Measure) -> Sight:
    """By the reach of the right to see the measure's records, and by the fields it is made of."""
    access, of = permissions.access_of(user), OBJECTS[measure]
    reach = access.reach(f"{of}.view")
    is_open = all(access.sees(f"{of}.{name}") for name in FIELDS[measure])
    if reach is None or not is_open or not access.may("analytics.forecast.view"):
        return Sight()
    cuts = frozenset(cut for cut in CUTS[measure] if _sees_cut(user, of, cut))
    if reach == Reach.ALL:
        return Sight(frozenset({Cut.TOTAL, *cuts}))
    own = [Part(Cut.OWNER, str(user.pk))]
    if reach == Reach.TEAM and user.team_id is not None:
        own += [Part(Cut.TEAM, str(pk)) for pk in permissions.team_ids(user)]
    return Sight(parts=frozenset(part for part in own if part.cut in cuts))


def condition_of(user: User) -> Q:
    """The series, and targets, that the user may see."""
    found = NOTHING
    for measure in Measure:
        sight = sight_of(user, measure)
        if sight:
            found |= Q(measure=measure) & sight.condition
    return found


def _sees_cut(user: User, of: str, cut: Cut) -> bool:
    access = permissions.access_of(user)
    if cut == Cut.PRODUCT:
        can_see_all = access.reach("crm.product.view") == Reach.ALL
        return can_see_all and access.sees("crm.product.name")
    return cut not in BY_FIELD or access.sees(f"{of}.{BY_FIELD[cut]}")


def series_for(user: User) -> Any:
    """The current series that the user may see."""
    return ForecastSeries.objects.current().filter(condition_of(user))


def is_known(part: Part) -> bool:
    """Whether there is such a team, owner or product; sources and channels are only names."""
    if part.cut == Cut.TOTAL:
        return not part.key
    records: dict[str, Any] = {
        Cut.TEAM: Team.objects,
        Cut.OWNER: User.objects,
        Cut.PRODUCT: Product.objects,
    }
    if part.cut not in records or part.key in {WITHOUT, OTHERS}:
        return True
    is_number = part.key.isascii() and part.key.isdecimal() and part.key == str(int(part.key))
    return is_number and records[part.cut].filter(pk=int(part.key)).exists()


def targets_for(user: User) -> Any:
    return ForecastTarget.objects.filter(condition_of(user))


def parts_of(user: User, measure: str, grain: str) -> list[Part]:
    """The parts with a series that the user may see, the total first."""
    rows = series_for(user).filter(measure=measure, grain=grain).values_list("cut", "key")
    order = list(Cut)
    return sorted(
        (Part(*row) for row in rows), key=lambda part: (order.index(Cut(part.cut)), part.key)
    )


def names_of(parts: Iterable[Part]) -> dict[Part, str]:
    """What the parts are called; one query for each kind of record."""
    every = list(parts)
    named = {
        Cut.TEAM: _names(Team.objects.all(), "name", Cut.TEAM, every),
        Cut.OWNER: _names(User.objects.all(), "name", Cut.OWNER, every),
        Cut.PRODUCT: _names(Product.objects.all(), "name", Cut.PRODUCT, every),
    }
    return {part: _name(part, named) for part in every}


def _names(rows: Any, column: str, cut: Cut, parts: Iterable[Part]) -> dict[str, str]:
    keys = {int(part.key) for part in parts if part.cut == cut and part.key.isdecimal()}
    if not keys:
        return {}
    return {str(pk): name for pk, name in rows.filter(pk__in=keys).values_list("pk", column)}


def _name(part: Part, named: Mapping[Cut, Mapping[str, str]]) -> str:
    cut = Cut(part.cut)
    if cut == Cut.TOTAL:
        return str(cut.label)
    if part.key == OTHERS:
        return _("All others")
    if part.key == WITHOUT:
        without = {
            Cut.TEAM: _("No team"),
            Cut.OWNER: _("No owner"),
            Cut.PRODUCT: _("No product"),
            Cut.SOURCE: _("No source"),
            Cut.CHANNEL: _("No channel"),
        }
        return without[cut]
    if cut in named:
        return named[cut].get(part.key) or _("Deleted, number %(number)s") % {"number": part.key}
    return part.key


def measures_for(user: User) -> list[Measure]:
    """The measures of which the user may see anything, whether or not there is a series yet."""
    return [measure for measure in Measure if sight_of(user, measure)]


def last_run() -> JobRun | None:
    found: JobRun | None = JobRun.objects.filter(kind=KIND).order_by("-pk").first()
    return found
