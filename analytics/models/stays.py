"""The way of a contact through the stages, before it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Stay:
    """One stay in a stage; the names are the columns of `LifeStay`."""

    stage: int
    since: datetime
    until: datetime | None
    move: str | None
    cause: str


@dataclass(frozen=True)
class LifeSaid:
    """The way of one contact: its stays, the last of which is the present one, if it is in a stage."""

    contact: int
    stays: Sequence[Stay]
    answers: Mapping[str, Any]
