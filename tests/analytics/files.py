"""Files to try the lead score on: as written by whoever, with every oddity that files have."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tests.analytics.methods.test_candidates import leads

ROWS = 400


def made(rows: int = 1_200, seed: int = 1, **more: Any) -> pd.DataFrame:
    """Leads whose fields tell the outcome to a degree."""
    frame, won = leads(rows, seed)
    return frame.assign(Converted=won.to_numpy(), **more)


def text_of(frame: pd.DataFrame, separator: str = ",") -> str:
    return str(frame.to_csv(index=False, sep=separator))


# What files hold that nobody can learn from, or can only just: by name, the columns and the answer.
def degenerate() -> dict[str, tuple[pd.DataFrame, str]]:
    """Files that get a sentence instead of a score."""
    plain = made(300)
    rare = ["y"] * 5 + ["x"] * 295
    return {
        "one class": (plain.assign(Converted=1), "ended the same way"),
        "30 rows": (made(30), "50 of each are needed"),
        "target not binary": (plain.assign(Converted=range(300)), "has to say yes or no"),
        "target empty": (plain.assign(Converted=None), "ended the same way"),
        "no other column": (plain[["Converted"]].assign(same="x"), "tells the rows apart"),
        "nearly constant": (plain[["Converted"]].assign(rare=rare), "tells the rows apart"),
    }


def odd_columns(rows: int = 1_200) -> dict[str, Sequence[Any]]:
    """Columns that cannot be used, by the code of the reason."""
    chance = np.random.default_rng(5)
    days = pd.date_range("2021-01-01", periods=rows)
    return {
        "empty": [None] * rows,
        "constant": ["x"] * rows,
        "identifier": [f"c{number}-{number % 7}" for number in range(rows)],
        "date": days.strftime("%d.%m.%Y").tolist(),
        "too_many_levels": [f"city {number}" for number in chance.integers(0, 5_000, rows)],
    }


class Maker:
    """Columns as the world writes them, each from a seed."""

    def __init__(self, seed: int, rows: int = ROWS, rate: float = 0.3) -> None:
        self.chance = np.random.default_rng(seed)
        self.rows = rows
        self.won = (self.chance.random(rows) < rate).astype(int)

    def column(self, kind: str) -> list[str]:
        found: list[str] = getattr(self, f"_{kind}")()
        return found

    def _number(self) -> list[str]:
        return [f"{value:.2f}" for value in self.chance.normal(self.won * 0.8, 1)]

    def _german(self) -> list[str]:
        values = self.chance.gamma(2, 800, self.rows) + self.won * 600
        return [f"{v:,.2f}".translate(str.maketrans(",.", ".,")) for v in values]

    def _money(self) -> list[str]:
        return [f"€ {value:,.2f}" for value in self.chance.gamma(2, 800, self.rows)]

    def _mixed(self) -> list[str]:
        odd = ["n/a", "?", "12k", "-", "∞", "1e400", "nan", "inf", "TRUE", "\u200b", "１２"]
        return [
            odd[place % len(odd)] if place % 3 == 0 else str(place % 17)
            for place in range(self.rows)
        ]

    def _rare(self) -> list[str]:
        return [f"Level {value}" for value in self.chance.zipf(1.5, self.rows)]

    def _many(self) -> list[str]:
        return [f"city {value}" for value in self.chance.integers(0, 5_000, self.rows)]

    def _words(self) -> list[str]:
        words = ["Web", " WEB", "展会", "Cold “call”", "a;b", "x,y", 'say "hi"', "two\nlines"]
        return list(self.chance.choice(words, self.rows))

    def _german_date(self) -> list[str]:
        days = zip(
            self.chance.integers(1, 29, self.rows),
            self.chance.integers(1, 13, self.rows),
            strict=True,
        )
        return [f"{day:02d}.{month:02d}.2024" for day, month in days]

    def _moment(self) -> list[str]:
        return [f"2024-05-{day:02d} 10:00" for day in self.chance.integers(1, 29, self.rows)]

    def _empty(self) -> list[str]:
        return [""] * self.rows

    def _one_fold(self) -> list[str]:
        """Filled in few rows, so that some fold has none."""
        return ["1" if place % 97 == 0 else "" for place in range(self.rows)]

    def _constant(self) -> list[str]:
        return ["x"] * self.rows

    def _target_again(self) -> list[str]:
        return ["signed" if won else "gone" for won in self.won]

    def _huge(self) -> list[str]:
        return [str(10 ** int(power)) for power in self.chance.integers(0, 300, self.rows)]

    def _identifier(self) -> list[str]:
        return [f"+49 30 {number}" for number in range(5_000_000, 5_000_000 + self.rows)]

    def _long(self) -> list[str]:
        return [f"Lorem ipsum dolor sit amet {number}" * 9 for number in range(self.rows)]


KINDS = tuple(name[1:] for name in vars(Maker) if name.startswith("_") and name[1] != "_")
OUTCOMES = (("1", "0"), ("yes", "no"), ("是", "否"), ("Won", "Lost"), ("1.0", "0.0"))


def written(
    maker: Maker, kinds: Sequence[str], heads: Sequence[str], words: tuple[str, str], separator: str
) -> str:
    """A file with a column of each kind, and the target behind them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow([*heads, "成交"])
    outcome = [words[0] if won else words[1] for won in maker.won]
    writer.writerows(zip(*(maker.column(kind) for kind in kinds), outcome, strict=True))
    return out.getvalue()
