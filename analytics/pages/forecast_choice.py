"""Which series the forecast page shows, and its amounts in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from analytics.choices import Cut, Grain, Measure
from analytics.pages.quarter_figures import between_ends
from analytics.queries.forecasts import Part, measures_for, parts_of
from core.models import User
from core.phrases import money, money_short, number

# Periods ahead that may be shown, the last one is what is stored.
HORIZONS = {Grain.DAY: (7, 14, 30), Grain.WEEK: (4, 8, 12), Grain.MONTH: (3, 6, 12)}
MOST_PARTS = 600


@dataclass(frozen=True)
class Choice:
    """Which series, and how far ahead; `user` asks."""

    user: User
    measure: Measure
    grain: Grain
    part: Part
    horizon: int
    parts: tuple[Part, ...]

    @classmethod
    def read(cls, user: User, query: Mapping[str, str]) -> "Choice | None":
        """What the address asks for, as far as it makes sense; None for who may see no measure."""
        measures = measures_for(user)
        if not measures:
            return None
        asked = query.get("measure", "")
        measure = Measure(asked) if asked in measures else measures[0]
        asked = query.get("grain", "")
        grain = Grain(asked) if asked in Grain.values else Grain.MONTH
        every = parts_of(user, measure, grain)
        wanted = Part.read(query.get("part", ""))
        first = every[0] if every else Part(Cut.TOTAL, "")
        part = wanted if wanted in every and wanted is not None else first
        parts = every[:MOST_PARTS]
        if part in every[MOST_PARTS:]:
            parts.append(part)
        asked = query.get("horizon", "")
        steps = HORIZONS[grain]
        horizon = int(asked) if asked in map(str, steps) else steps[1]
        return cls(user, measure, grain, part, horizon, tuple(parts))

    def url(self, name: str = "forecast", **changes: str) -> str:
        """The address of the page, or of another one, for the same or another choice."""
        state = {
            "measure": str(self.measure),
            "grain": str(self.grain),
            "part": self.part.value,
            "horizon": str(self.horizon),
        } | changes
        return f"{reverse(name)}?{urlencode({key: value for key, value in state.items() if value})}"

    def answers(self, query: Mapping[str, str]) -> bool:
        """Whether it is the part that was asked for, not another one in its place."""
        return query.get("part", "") in {"", self.part.value}

    @property
    def is_money(self) -> bool:
        return self.measure == Measure.REVENUE


@dataclass(frozen=True)
class Told:
    """Amounts of the measure in words: money or counts."""

    choice: Choice
    currency: str

    def __call__(self, value: float | None, *, short: bool = False) -> str:
        if value is None:
            return "–"
        if self.choice.is_money:
            return (money_short if short else money)(round(value), self.currency)
        return number(value, 0 if value >= 10 or value == int(value) else 1)

    def range(self, band: tuple[float, float] | None) -> str:
        if band is None:
            return "–"
        return between_ends(self(band[0], short=True), self(band[1], short=True))
