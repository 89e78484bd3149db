"""Who of several people gets the next lead."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Desk:
    """A person with what lies on the desk; without a capacity anything fits."""

    pk: int
    open_leads: int
    capacity: int | None = None

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.open_leads >= self.capacity


def next_in_turn(desks: Iterable[Desk], last: int | None) -> Desk | None:
    """The one after whose turn it was last, in the order of numbers; full desks are skipped.

    >>> desks = [Desk(1, 0), Desk(2, 5, 5), Desk(3, 9)]
    >>> next_in_turn(desks, 1).pk, next_in_turn(desks, 3).pk, next_in_turn(desks, None).pk
    (3, 1, 1)
    """
    free = sorted((desk for desk in desks if not desk.is_full), key=lambda desk: desk.pk)
    after = [desk for desk in free if last is not None and desk.pk > last]
    return next(iter([*after, *free]), None)


def least_busy(desks: Iterable[Desk], last: int | None) -> Desk | None:
    """The one with the fewest open leads; among equals whose turn it is.

    >>> least_busy([Desk(1, 4), Desk(2, 2), Desk(3, 2)], 2).pk
    3
    """
    free = [desk for desk in desks if not desk.is_full]
    fewest = min((desk.open_leads for desk in free), default=0)
    return next_in_turn([desk for desk in free if desk.open_leads == fewest], last)
