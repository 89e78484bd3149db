"""What the columns of a file of series hold, and which of them are time, values, names and drivers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan
from statistics import median
from typing import Any

from analytics.models import SeriesTrial
from analytics.services.columns_of_files import columns_of
from core.values_in_files.moments import seconds_in, writing_of
from core.values_in_files.money import infer_money
from core.values_in_files.numbers import infer_numbers
from core.values_in_files.placeholders import is_placeholder

DATE, NUMBER, TEXT, EMPTY = "date", "number", "text", "empty"
LOOKED_AT = 300  # cells that tell what a column holds
NUMBERS_SHARE = 0.95
MOST_DRIVERS = 8
MOST_HORIZON, MOST_SEASON = 120, 366
HOUR, DAY = 3600, 86_400
# Days between two values at least, the season of such a step, and how far ahead one looks.
STEPS = ((360, 1, 5), (85, 4, 8), (27, 12, 12), (13, 26, 13), (6, 52, 13), (0.9, 7, 30))
SEASON_OF_WORKDAYS, WORKDAYS_AHEAD = 5, 20
HOURS_IN_A_DAY, HOURS_AHEAD = 24, 48
USUAL = 12  # steps ahead where nothing else speaks

TIMES = {
    *("ds", "date", "day", "week", "month", "quarter", "year", "time", "period", "datum", "tag"),
    *("woche", "monat", "quartal", "jahr", "timestamp", "t", "日期", "时间", "月份", "月", "日"),
    *("周", "周次", "年", "年月", "季度", "期"),
}
VALUES = {
    *("y", "value", "values", "sales", "revenue", "price", "amount", "volume", "demand", "close"),
    *("wert", "umsatz", "absatz", "preis", "值", "数值", "销售额", "销量", "收入", "价格", "金额"),
}
SEASON_OF_NAME = {
    **dict.fromkeys(("week", "woche", "周", "周次"), (52, 13)),
    **dict.fromkeys(("month", "monat", "月", "月份", "年月"), (12, 12)),
    **dict.fromkeys(("quarter", "quartal", "季度"), (4, 8)),
    **dict.fromkeys(("day", "tag", "日", "日期"), (7, 30)),
}

Column = dict[str, Any]


@dataclass(frozen=True)
class SeriesGuess:
    """What a file of series seems to be."""

    time_column: str = ""
    value_column: str = ""
    id_column: str = ""
    horizon: int = USUAL
    season: int | None = None
    drivers: dict[str, str] = field(default_factory=dict)


def series_columns_of(rows: Iterator[Sequence[str]], names: Sequence[str]) -> list[Column]:
    """As `columns_of`, and of each column its kind, how many rows fill it, and its usual distance in time."""
    seen: list[list[str]] = [[] for _name in names]
    filled = [0] * len(names)

    def noted() -> Iterator[Sequence[str]]:
        for row in rows:
            for place, cell in enumerate(row[: len(names)]):
                text = cell.strip()
                if text and not is_placeholder(text):
                    filled[place] += 1
                    if len(seen[place]) < LOOKED_AT:
                        seen[place].append(text)
            yield row

    columns = columns_of(noted(), names)
    for column, texts, count in zip(columns, seen, filled, strict=True):
        kind = kind_of(texts)
        column.update(kind=kind, filled=count, is_repeated=len(set(texts)) < len(texts))
        column["days"] = _days_apart(texts) if kind == DATE else None
    return columns


def kind_of(texts: Sequence[str]) -> str:
    """Whether texts are dates, numbers or words."""
    if not texts:
        return EMPTY
    if writing_of(texts) is not None:
        return DATE
    if max(infer_numbers(texts).share, infer_money(texts).share) >= NUMBERS_SHARE:
        return NUMBER
    return TEXT


def _days_apart(texts: Sequence[str]) -> float | None:
    """The usual distance of different dates, in days; of working days 1.2, as they lie over a week."""
    form = writing_of(texts)
    if form is None:
        return None
    moments = sorted({at for text in texts if not isnan(at := seconds_in(text, form))})
    apart = [(after - before) / DAY for before, after in pairwise(moments)]
    if not apart:
        return None
    usual = median(apart)
    has_weekend = any(int(at // DAY + 3) % 7 > 4 for at in moments)  # 1970 began on a Thursday
    return 1.2 if usual == 1 and not has_weekend and len(moments) > SEASON_OF_WORKDAYS else usual


def guess_of(columns: Sequence[Column], rows: int) -> SeriesGuess:
    """Time, values, names and drivers, by what the columns hold and how they are called."""
    times = [each for each in columns if may_be_time(each)]
    time = _named(times, TIMES) or next((each for each in times if each["kind"] == DATE), None)
    if time is None:
        time = next((each for each in times if not each["is_repeated"]), None)
    numbers = [each for each in columns if each["kind"] == NUMBER and each is not time]
    value = _named(numbers, VALUES) or (numbers[0] if numbers else None)
    if time is None or value is None:
        return SeriesGuess()
    names = [each for each in columns if each["kind"] == TEXT and _parts_rows(each, rows)]
    identifier = names[0] if names and time["is_repeated"] else None
    season, horizon = season_of(time)
    # Rows after the last value say how the drivers go on: those of one series are the steps ahead.
    ahead = (rows - value["filled"]) // (len(identifier["values"]) if identifier else 1)
    if ahead:
        horizon = ahead
    others = [each for each in numbers if each is not value][:MOST_DRIVERS]
    return SeriesGuess(
        time_column=time["name"],
        value_column=value["name"],
        id_column=identifier["name"] if identifier else "",
        horizon=min(horizon, MOST_HORIZON),
        season=season,
        drivers={each["name"]: _use_of(each, value) for each in others},
    )


def may_be_time(column: Column) -> bool:
    return column["kind"] in (DATE, NUMBER)


def season_of(time: Column) -> tuple[int | None, int]:
    """Steps in a season and steps ahead as the dates have it, or the name of a column of numbers."""
    days = time["days"]
    if days is None:
        return SEASON_OF_NAME.get(time["name"].strip().casefold(), (None, USUAL))
    if days == 1.2:
        return SEASON_OF_WORKDAYS, WORKDAYS_AHEAD
    if days == HOUR / DAY:
        return HOURS_IN_A_DAY, HOURS_AHEAD
    found = next(((season, ahead) for least, season, ahead in STEPS if days >= least), None)
    return found or (None, USUAL)


def _named(columns: Sequence[Column], words: set[str]) -> Column | None:
    return next((each for each in columns if each["name"].strip().casefold() in words), None)


def _parts_rows(column: Column, rows: int) -> bool:
    """Whether its values name series: each stands in several rows."""
    counts = Counter(dict(map(tuple, column["values"])))
    return 0 < len(counts) <= rows / 3


def _use_of(column: Column, value: Column) -> str:
    """A column that is filled in more often than the values says how it goes on."""
    return SeriesTrial.AHEAD if column["filled"] > value["filled"] else SeriesTrial.PAST
