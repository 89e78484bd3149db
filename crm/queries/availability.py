"""Who can take new leads now, and why others cannot."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.company import dialling_country
from core.models import User
from crm.methods.assigning import Desk
from crm.models import AssignmentPerson, AssignmentRule, DayOff, Lead

RIGHT = "crm.lead.edit"
SWITCHED_OFF = _("is switched off")
NO_RIGHT = _("may not work on leads")
PAUSED = _("takes no new leads")
DAY_OFF = _("has a day off")
HOLIDAY = _("has a public holiday")
FULL = _("has as many open leads as fit")


@dataclass(frozen=True)
class Availability:
    """A colleague, what lies on the desk, and why no new lead comes to it now."""

    user: User
    desk: Desk
    reason: Any = ""
    takes_leads: bool = True
    country: str = ""

    @property
    def is_here(self) -> bool:
        return not self.reason

    @property
    def why_not(self) -> Any:
        return self.reason or (FULL if self.desk.is_full else "")


def availability_of(users: Iterable[User], at: datetime) -> list[Availability]:
    """The colleagues in the order of their numbers: three queries, and the rights of each."""
    people = sorted(users, key=lambda user: user.pk)
    pks = [user.pk for user in people]
    known = AssignmentPerson.objects.in_bulk(pks)
    busy = _open_leads(pks)
    away = _days_off(pks)
    usual = dialling_country() or ""
    found = []
    for user in people:
        person = known.get(user.pk) or AssignmentPerson(user=user)
        country = person.country or usual
        day = at.astimezone(ZoneInfo(user.time_zone)).date()
        has_day_off = any(first <= day <= last for first, last in away.get(user.pk, ()))
        reason = _reason(user, person, country, day, has_day_off=has_day_off)
        desk = Desk(user.pk, busy.get(user.pk, 0), person.capacity)
        found.append(Availability(user, desk, reason, person.takes_leads, country))
    return found


def _reason(
    user: User, person: AssignmentPerson, country: str, day: date, *, has_day_off: bool
) -> Any:
    checks: tuple[tuple[Callable[[], bool], Any], ...] = (
        (lambda: not user.is_active, SWITCHED_OFF),
        (lambda: not permissions.access_of(user).may(RIGHT), NO_RIGHT),
        (lambda: not person.takes_leads, PAUSED),
        (lambda: has_day_off, DAY_OFF),
        (lambda: is_holiday(country, day), HOLIDAY),
    )
    return next((reason for holds, reason in checks if holds()), "")


def _open_leads(pks: Collection[int]) -> dict[int, int]:
    rows = Lead.objects.open().kept().filter(owner__in=pks).order_by()
    return dict(rows.values_list("owner").annotate(number=Count("pk")))


def _days_off(pks: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    rows = DayOff.objects.filter(user__in=pks).values_list("user", "first_on", "last_on")
    for pk, first, last in rows:
        found.setdefault(pk, []).append((first, last))
    return found


def is_holiday(country: str, day: date) -> bool:
    """Whether the whole country has a public holiday; of a country that nobody knows, no."""
    return bool(country) and day in _holidays(country, day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415  # half a second: only where somebody asks

    if country not in holidays.list_supported_countries(include_aliases=True):
        return frozenset()
    return frozenset(holidays.country_holidays(country, years=year))


def people_of(rule: AssignmentRule) -> list[User]:
    """Among whom a rule chooses: its person, or who is in its team and in the teams below it."""
    if rule.person is not None:
        return [rule.person]
    head = User(team=rule.team)
    return list(User.objects.filter(team__in=permissions.team_ids(head), is_active=True))
