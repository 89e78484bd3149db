"""What changed this week, what the funnel does and what is to be done, as home shows it to whoever leads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.choices import Reach
from core.conditions import Condition, Criterion, any_of
from core.errors import Refused
from core.permissions import visible_rows
from core.phrases import money_short, number, percent, signed
from core.queries.home import ALL, HomeView, ask_at_once, count
from crm.choices import OPEN_STATUSES
from crm.models import Product
from crm.pages.funnel import CLOSED, GROUP_LABELS, NOBODY, WON
from crm.queries.home_changes import PARTS, Change, Changes
from crm.queries.home_figures import DEAL_OPEN, overdue

SHOWN = 3  # parts of a change
QUIET_DAYS = 14


@dataclass(frozen=True)
class Told:
    """A figure as it is drawn: how its values read, and where its records are."""

    key: str
    label: Any
    change: Change
    worth: Callable[[float], str]  # a value
    added: Callable[[float], str]  # a contribution, with its sign
    record: str  # the type of the records
    conditions: tuple[Condition, ...]
    note: str = ""


class ChangesCard:
    """The card of what changed, for one scope of home and one way of telling apart."""

    def __init__(self, home: HomeView, by: str, currency: str) -> None:
        self.home, self.currency = home, currency
        self.sees = home.view.access.sees
        self.parts = list(self._parts())
        self.by = by if by in self.parts else next(iter(self.parts), "source")
        self.changes = Changes(home, self.by)

    def _parts(self) -> Iterator[str]:
        """By what the reader may tell deals apart."""
        may = self.home.view.access.may
        for name in PARTS:
            if self.sees(f"crm.deal.{name}") and (name != "products" or may("crm.product.view")):
                yield name

    def choices(self) -> list[dict[str, Any]]:
        return [
            {
                "label": GROUP_LABELS[name],
                "url": f"{reverse('home_managing')}?{urlencode({'show': self.home.scope, 'by': name})}",
                "is_current": name == self.by,
            }
            for name in self.parts
        ]

    def rows(self) -> list[dict[str, Any]]:
        return [self._row(each) for each in self._told()]

    # -- figures ---------------------------------------------------------------------------------

    def _told(self) -> Iterator[Told]:
        changes = self.changes
        closed = changes.week.criterion("closed")
        if self._sees("amount", "closed", "status"):
            bookings = changes.bookings()
            yield Told(
                "bookings",
                _("Bookings"),
                bookings,
                self._money,
                self._more_money,
                "crm.deal",
                (WON, closed),
                self._factors(bookings),
            )
        if changes.sees_leads:
            yield Told(
                "leads",
                _("New leads"),
                changes.new_leads(),
                number,
                lambda value: signed(value, 0),
                "crm.lead",
                (changes.week.criterion("created"),),
            )
        if self._sees("closed", "status"):
            yield Told(
                "rate",
                _("Win rate, 4 weeks"),
                changes.win_rate(),
                lambda value: percent(value, 1),
                _points,
                "crm.deal",
                (CLOSED, changes.weeks.criterion("closed")),
                self._mix(changes.win_rate()),
            )
        if self._sees("amount", "closed", "created", "status"):
            yield Told(
                "pipeline",
                _("Pipeline: came in less closed"),
                changes.pipeline(),
                self._money,
                self._more_money,
                "crm.deal",
                (changes.week.criterion("created"),),
            )

    def _sees(self, *names: str) -> bool:
        return all(self.sees(f"crm.deal.{name}") for name in names)

    def _money(self, value: float) -> str:
        return money_short(round(value), self.currency)

    def _more_money(self, value: float) -> str:
        return f"+{self._money(value)}" if value > 0 else self._money(value)

    def _factors(self, change: Change) -> str:
        """How much of it is volume, how much the rate, how much the value of a deal."""
        if not change.factors:
            return ""
        volume, rate, value = map(self._more_money, change.factors)
        words = {"volume": volume, "rate": rate, "value": value}
        return _("Closed deals %(volume)s, win rate %(rate)s, value of a deal %(value)s") % words

    @staticmethod
    def _mix(change: Change) -> str:
        if not change.effects:
            return ""
        effects = change.effects.values()
        words = {
            "rate": _points(sum(each.rate for each in effects)),
            "mix": _points(sum(each.mix for each in effects)),
        }
        return _("Won more or less often: %(rate)s; other deals than before: %(mix)s") % words

    # -- a row -----------------------------------------------------------------------------------

    def _row(self, told: Told) -> dict[str, Any]:
        change = told.change.change
        row: dict[str, Any] = {
            "key": told.key,
            "label": told.label,
            "value": told.worth(told.change.now) if told.change.now is not None else "–",
            "before": told.worth(told.change.before) if told.change.before is not None else "–",
            "url": self.home.address(told.record, *told.conditions),
            "note": told.note,
            "parts": [],
        }
        if change is not None:
            row |= {"change": told.added(change), "tone": _tone(change)}
            row |= self._contributions(told)
        return row

    def _contributions(self, told: Told) -> dict[str, Any]:
        """The parts that did most, and what the others add."""
        named = [(part, value) for part, value in told.change.parts.items() if value]
        named.sort(key=lambda item: (-abs(item[1]), str(item[0])))
        shown = [(part, value) for part, value in named if self._label(part) is not None][:SHOWN]
        rest = sum(told.change.parts.values()) - sum(value for _part, value in shown)
        of_leads = told.record == "crm.lead"
        return {
            "parts": [
                {
                    "label": self._label(part),
                    "text": told.added(value),
                    "tone": _tone(value),
                    "url": self.home.address(
                        told.record,
                        *told.conditions,
                        self.changes.condition(part, of_leads=of_leads),
                    ),
                }
                for part, value in shown
            ],
            "rest": told.added(rest) if len(named) > len(shown) else "",
        }

    def _label(self, part: Any) -> Any:
        """What a part is called; nothing of one that may not be seen."""
        if part in (None, ""):
            return NOBODY[self.by]
        if isinstance(part, str):
            return part
        return self._names.get(part)

    @cached_property
    def _names(self) -> Mapping[Any, str]:
        if self.by == "team":
            return self.changes.team_names
        rows = visible_rows(Product, self.home.user) if self.sees("crm.product.name") else None
        return dict(rows.values_list("pk", "name")) if rows is not None else {}


def _points(value: float) -> str:
    return pgettext("percentage points", "%(points)s pts") % {"points": signed(value * 100)}


def _tone(value: float) -> str:
    return "up" if value > 0 else "down" if value < 0 else ""


# -- what to do ----------------------------------------------------------------------------------

UNTOUCHED = any_of(Criterion("touched", "empty"), Criterion("touched", "longer_ago", QUIET_DAYS))
NO_STEP = Criterion("next_step", "empty")
UNASSIGNED = (
    Criterion("status", "is", [str(status) for status in OPEN_STATUSES]),
    Criterion("owner", "empty"),
)
WORDS: dict[str, tuple[str, Promise]] = {
    "stale": ("hourglass", gettext_lazy("Open deals untouched for 14 days")),
    "late": ("calendar-due", gettext_lazy("Open deals past their expected close")),
    "stepless": ("route", gettext_lazy("Open deals without a next step")),
    "unassigned": ("user-off", gettext_lazy("Open leads that belong to nobody")),
    "overdue": ("checkbox", gettext_lazy("Overdue activities")),
}


def to_do(home: HomeView) -> list[dict[str, Any]]:
    """What waits, most of it first; each leads to its list. One query."""
    today = home.view.now.date().isoformat()
    asked: dict[str, tuple[str, tuple[Condition, ...], str]] = {
        "stale": ("crm.deal", (DEAL_OPEN, UNTOUCHED), "touched"),
        "late": ("crm.deal", (DEAL_OPEN, Criterion("close", "before", today)), "close"),
        "stepless": ("crm.deal", (DEAL_OPEN, NO_STEP), "close"),
        "overdue": ("crm.activity", overdue(home), "at"),
    }
    if home.scope == ALL and home.view.access.reach("crm.lead.view") == Reach.ALL:
        asked["unassigned"] = ("crm.lead", UNASSIGNED, "-score")
    columns = {}
    for name, (key, conditions, _sort) in asked.items():
        if home.view.access.may(f"{key}.view"):
            try:
                columns[name] = count(home.rows(key, *conditions))
            except Refused:  # it asks for a field that is hidden
                continue
    found = ask_at_once(home.user, columns)
    rows = [
        {
            "label": WORDS[name][1],
            "icon": WORDS[name][0],
            "count": number_,
            "url": home.address(asked[name][0], *asked[name][1], sort=asked[name][2]),
        }
        for name, number_ in found.items()
        if number_
    ]
    return sorted(rows, key=lambda row: -row["count"])
