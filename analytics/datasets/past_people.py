"""The people of a past campaign, as a file tells of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analytics.datasets.file_arms import Arms, amounts_in, arms_in, check_column
from analytics.datasets.file_columns import plain_cells
from core.models import User
from crm.models import Contact
from marketing.services.campaigns.past import PastRecipient, key_of

AT_ONCE = 500
LONGEST_FACT = 200


@dataclass(frozen=True)
class PastColumns:
    """The columns of the file; `outcomes` by the moment that they tell of a recipient.

    Without a column of addresses each row is a person, and people are counted only.
    """

    email: str
    arm: str
    control: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    revenue: str = ""
    before: str = ""  # amounts of the year before the campaign
    facts: Sequence[str] = ()


class PastPeople:
    """Each row with a part, the first of each address; rows that name no part are left out.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """

    def __init__(self, frame: pd.DataFrame, columns: PastColumns, by: User) -> None:
        self.frame, self.columns = frame, columns
        self.arms: Arms = arms_in(frame, columns.arm, columns.control)
        self._outcomes = {name: amounts_in(frame, each) for name, each in columns.outcomes.items()}
        self._revenue = _amounts(frame, columns.revenue)
        self._before = _amounts(frame, columns.before)
        self._addresses = _addresses(frame, columns.email)
        keys = self._addresses.map(key_of)
        self._contacts = _contacts(keys, by)
        has_part = self.arms.numbers >= 0
        is_twice = has_part & keys.where(has_part & (keys != "")).duplicated() & (keys != "")
        self.places = np.flatnonzero((has_part & ~is_twice).to_numpy())
        self._facts = _facts(frame, columns.facts)
        self.told = {
            "rows": len(frame),
            "people": len(self.places),
            "unknown": int(self._contacts.iloc[self.places].isna().sum()),
            "without_arm": int((~has_part).sum()),
            "twice": int(is_twice.sum()),
        }

    @property
    def variants(self) -> list[str]:
        """What each message was called."""
        return self.arms.names[1:]

    def __len__(self) -> int:
        return len(self.places)

    def part(self, first: int, last: int, began: datetime) -> Iterator[PastRecipient]:
        """Those of a range. A file does not tell when: outcomes are those of the campaign's days."""
        for place in self.places[first:last].tolist():
            contact = self._contacts.iloc[place]
            number = int(self.arms.numbers.iloc[place])
            yield PastRecipient(
                contact=None if pd.isna(contact) else int(contact),
                address=self._addresses.iloc[place],
                variant=number - 1 if number else None,
                moments={
                    name: began for name, values in self._outcomes.items() if values.iloc[place] > 0
                },
                revenue=self._revenue[place],
                before=self._before[place],
                facts=self._facts[place] if self._facts else {},
            )


def _amounts(frame: pd.DataFrame, name: str) -> list[Decimal | None]:
    """Of each row what is more than nothing, to the cent."""
    if not name:
        return [None] * len(frame)
    values = amounts_in(frame, name).round(2).tolist()
    return [Decimal(str(value)) if value > 0 else None for value in values]


def _addresses(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    if not name:
        return pd.Series("", index=frame.index, dtype=object)
    check_column(frame, name)
    return frame[name].fillna("").astype(str).str.strip()


def _contacts(keys: "pd.Series[Any]", by: User) -> "pd.Series[float]":
    """The contact of each address that the user sees; the oldest one where there are several."""
    wanted = sorted(set(keys) - {""})
    found: dict[str, int] = {}
    for first in range(0, len(wanted), AT_ONCE):
        rows: Any = Contact.objects.visible_to(by).filter(
            email_key__in=wanted[first : first + AT_ONCE]
        )
        found.update(rows.order_by("-pk").values_list("email_key", "pk"))
    return keys.map(found).astype(float)


def _facts(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, str]]:
    """What else was known of each row, as programs write it; without what is empty."""
    if not names:
        return []
    for name in names:
        check_column(frame, name)
    rows = plain_cells(frame[list(names)]).fillna("").astype(str).to_dict("records")
    return [
        {str(name): text[:LONGEST_FACT] for name, text in row.items() if text.strip()}
        for row in rows
    ]
