"""Numbers that are a time: of rows that are many, are added in time's order and never change.

The number is the millisecond and a slot within it, so that one index serves identity and time.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

SLOT_BITS = 20
SLOTS = 1 << SLOT_BITS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def first_id(moment: datetime) -> int:
    """The smallest number a row of this millisecond or a later one can have.

    >>> first_id(EPOCH + MILLISECOND) == SLOTS
    True
    """
    return (moment - EPOCH) // MILLISECOND << SLOT_BITS


def moment_of(number: int) -> datetime:
    """The millisecond in the number of a row.

    >>> moment_of(first_id(EPOCH + MILLISECOND) + 5) == EPOCH + MILLISECOND
    True
    """
    return EPOCH + (number >> SLOT_BITS) * MILLISECOND


def slot_of(key: str) -> int:
    """The place of a row among those of its millisecond; where it is taken, the next free one."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") % SLOTS
