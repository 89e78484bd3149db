"""What money is worth in the company's own currency."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from core.models import ExchangeRate, Installation

CENT = Decimal("0.01")
FINEST, HIGHEST = Decimal("0.00000001"), Decimal(10) ** 10  # what a rate may be
LARGEST = Decimal(10) ** 16  # what an amount column holds


def base_currency() -> str:
    """The company's own currency; the default as long as nobody has chosen one."""
    chosen = Installation.objects.values_list("base_currency", flat=True).first()
    return chosen or str(Installation._meta.get_field("base_currency").get_default())


class Rates:
    """The rates as they stand, read once: what one unit of a currency was worth on a day."""

    def __init__(self, base: str, rows: Iterable[tuple[str, date, Decimal]]) -> None:
        self.base = base
        self._days: dict[str, list[date]] = {}
        self._rates: dict[str, list[Decimal]] = {}
        for currency, day, rate in sorted(rows):
            self._days.setdefault(currency, []).append(day)
            self._rates.setdefault(currency, []).append(rate)

    def rate(self, currency: str, on: date | None) -> Decimal | None:
        """The newest rate that was valid on the day (without a day: the newest); None before all."""
        if currency == self.base:
            return Decimal(1)
        days = self._days.get(currency, [])
        place = len(days) if on is None else bisect_right(days, on)
        return self._rates[currency][place - 1] if place else None

    def based_on(self, base: str) -> list[tuple[str, date, Decimal]]:
        """The same rates in another base currency, which has to have one.

        Each is set on the days on which either of the two changed; before the first rate of the new
        base that one counts, so that no rate gets lost.
        """
        first = self._rates[base][0]
        beginning = min(day for days in self._days.values() for day in days)
        found: list[tuple[str, date, Decimal]] = []
        for currency in sorted({self.base, *self._days} - {base}):
            before = None
            for day in sorted({*self._days.get(currency, [beginning]), *self._days[base]}):
                rate = self.rate(currency, day)
                if rate is None:
                    continue
                new = (rate / (self.rate(base, day) or first)).quantize(FINEST, ROUND_HALF_UP)
                if new != before and FINEST <= new < HIGHEST:
                    found.append((currency, day, new))
                before = new
        return found

    def in_base(self, amount: Decimal | None, currency: str, on: date | None) -> Decimal | None:
        """The amount in the base currency, to the cent; None where no rate is known."""
        rate = self.rate(currency, on)
        if amount is None or rate is None:
            return None
        worth = (Decimal(amount) * rate).quantize(CENT, ROUND_HALF_UP)
        return worth if abs(worth) < LARGEST else None


def current_rates() -> Rates:
    """All rates: some hundreds of rows."""
    return Rates(
        base_currency(), ExchangeRate.objects.values_list("currency", "valid_from", "rate")
    )


def in_base(amount: Decimal | None, currency: str, on: date | None) -> Decimal | None:
    """One amount in the base currency by the rate of the day."""
    return current_rates().in_base(amount, currency, on)
