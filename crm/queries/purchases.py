"""What contacts bought: their purchases told as interactions and the deals they won us, as the database adds them up.

A purchase is a day on which somebody bought, for what that day came to in the base currency. A deal and
the purchases of its day are the same thing told twice, by the sales team and by the shop or the books:
the larger of the two counts. What was paid back (less than nothing) and what has no day is no purchase.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, TruncDay, TruncMonth

from core.company import Company, company
from core.models import ExchangeRate
from core.time_ids import first_id
from crm.choices import InteractionKind
from crm.models import Contact, Deal, Interaction

__all__ = ["Purchases", "buyers_at_most", "contact_ends"]

CHUNK = 5_000
RATE = DecimalField(max_digits=18, decimal_places=8)
MONEY = DecimalField(max_digits=18, decimal_places=2)

# A row for each day on which somebody bought; `place` counts the days of a buyer from 1.
DAYS = """
SELECT buyer, day, month, worth, ROW_NUMBER() OVER (PARTITION BY buyer ORDER BY day) AS place
FROM (SELECT buyer, day, month, MAX(worth) AS worth FROM ({told}) AS told GROUP BY buyer, day, month) AS days
"""
BUYERS = """
SELECT buyer, MIN(day), MAX(day), COUNT(*), SUM(worth), AVG(worth), AVG(worth) FILTER (WHERE place > 1)
FROM ({days}) AS placed GROUP BY buyer ORDER BY buyer
"""
COHORTS = """
SELECT first_month, month, COUNT(*), SUM(worth) FROM (
SELECT buyer, month, SUM(worth) AS worth, MIN(month) OVER (PARTITION BY buyer) AS first_month
FROM ({days}) AS placed GROUP BY buyer, month) AS months
GROUP BY first_month, month ORDER BY first_month, month
"""
BY_DAY = """
SELECT day, COUNT(*) FILTER (WHERE place = 1), COUNT(*) FILTER (WHERE place > 1), SUM(worth)
FROM ({days}) AS placed GROUP BY day ORDER BY day
"""
OF_EACH = "SELECT buyer, day, worth FROM ({days}) AS placed ORDER BY buyer, day"


@dataclass(frozen=True)
class Purchases:
    """Purchases before a moment, of all contacts or some: numbers within ends, each `every`th of them."""

    as_of: datetime
    lowest: int | None = None
    highest: int | None = None
    every: int = 1
    firm: Company | None = None  # read unless it is known already

    def buyers(self) -> Iterator[tuple[Any, ...]]:
        """Contact, first and last day, days, total, mean of a day, mean of a day but the first one.

        Ordered by contact. Money is None where no rate is known for any of it.
        """
        return self._rows(BUYERS)

    def cohorts(self) -> Iterator[tuple[Any, ...]]:
        """Month of the first purchase, month, how many of them bought in it, for how much."""
        for first, month, people, worth in self._rows(COHORTS):
            yield _day(first), _day(month), people, worth

    def by_day(self) -> Iterator[tuple[Any, ...]]:
        """Day, buyers who came for the first time, those who came again, what all bought."""
        for day, *counted in self._rows(BY_DAY):
            yield _day(day), *counted

    def of_each(self) -> Iterator[tuple[Any, ...]]:
        """Contact, day, worth: a row a purchase, for a few contacts."""
        for buyer, day, worth in self._rows(OF_EACH):
            yield buyer, _day(day), worth

    # -- as the database reads it ------------------------------------------------------------------

    def _rows(self, wanted: str) -> Iterator[tuple[Any, ...]]:
        """In slices: the answer may have a row for each of a million buyers."""
        told, parameters = self._told()
        statement = wanted.format(days=DAYS.format(told=told))
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            while rows := cursor.fetchmany(CHUNK):
                yield from rows

    def _told(self) -> tuple[str, Sequence[Any]]:
        parts = [part.query.sql_with_params() for part in (self._interactions, self._deals)]
        statement = " UNION ALL ".join(sql for sql, _parameters in parts)
        return statement, [each for _sql, parameters in parts for each in parameters]

    @property
    def _interactions(self) -> "QuerySet[Any]":
        rows: Any = Interaction.objects.filter(
            kind=InteractionKind.PURCHASE, amount__gte=0, pk__lt=first_id(self.as_of)
        )
        dated = self._dated(self._within(rows), "at").annotate(rate=self._rate)
        value = ExpressionWrapper(F("amount") * F("rate"), output_field=MONEY)
        return self._summed(dated, value)

    @property
    def _deals(self) -> "QuerySet[Any]":
        """Of the main contact: who else took part did not buy it once more."""
        rows: Any = Deal.objects.won().kept().filter(closed_at__lt=self.as_of)
        worth_something = Q(base_amount__gte=0) | Q(base_amount__isnull=True)
        rows = rows.filter(worth_something, contact__isnull=False)
        return self._summed(self._dated(self._within(rows), "closed_at"), F("base_amount"))

    def _within(self, rows: Any) -> Any:
        ends = {"contact__gte": self.lowest, "contact__lte": self.highest}
        rows = rows.filter(**{name: end for name, end in ends.items() if end is not None})
        rows = rows.filter(contact__deleted_at__isnull=True)
        if self.every > 1:
            rest = ExpressionWrapper(F("contact_id") % self.every, output_field=BigIntegerField())
            rows = rows.alias(rest=rest).filter(rest=0)
        return rows

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self._firm.time_zone)

    @cached_property
    def _firm(self) -> Company:
        return self.firm or company()

    def _dated(self, rows: Any, column: str) -> Any:
        return rows.annotate(
            buyer=F("contact_id"),
            day=Cast(TruncDay(column, tzinfo=self.zone), DateField()),
            month=Cast(TruncMonth(column, tzinfo=self.zone), DateField()),
        )

    @property
    def _rate(self) -> Case:
        """Of the day; what names no currency is in the base currency."""
        rates = ExchangeRate.objects.filter(
            currency=OuterRef("currency"), valid_from__lte=OuterRef("day")
        )
        newest = rates.order_by("-valid_from").values("rate")[:1]
        is_base = Q(currency="") | Q(currency=self._firm.base_currency)
        return Case(
            When(is_base, then=Value(1)),
            default=Subquery(newest),
            output_field=RATE,
        )

    @staticmethod
    def _summed(rows: Any, value: Any) -> "QuerySet[Any]":
        summed = rows.order_by().values("buyer", "day", "month").annotate(worth=Sum(value))
        found: QuerySet[Any] = summed.values("buyer", "day", "month", "worth")
        return found


def _day(told: date | str) -> date:
    """SQLite tells days as texts."""
    return date.fromisoformat(told) if isinstance(told, str) else told


def buyers_at_most(as_of: datetime) -> int:
    """No fewer than there are contacts who bought something; each way of telling is counted alone."""
    told = Interaction.objects.filter(kind=InteractionKind.PURCHASE, pk__lt=first_id(as_of))
    won = Deal.objects.won().kept().filter(closed_at__lt=as_of, contact__isnull=False)
    return sum(rows.order_by().values("contact").distinct().count() for rows in (told, won))


def contact_ends() -> tuple[int, int] | None:
    """The lowest and the highest number of the contacts that are kept."""
    numbers = Contact.objects.kept().order_by("pk").values_list("pk", flat=True)
    first, last = numbers.first(), numbers.last()
    return None if first is None or last is None else (first, last)
