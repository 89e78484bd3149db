"""Who is held out, who is in the test and who gets which variant: by a hash, so that it never changes."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate

HOLDOUT, TEST, VARIANT = "holdout", "test", "variant"


def share_of(salt: str, purpose: str, contact: int) -> float:
    """A number from 0 up to 1 that looks random and is always the same for the contact.

    Numbers for different purposes know nothing of each other.

    >>> share_of("salt", "variant", 7) == share_of("salt", "variant", 7)
    True
    >>> 0 <= share_of("salt", "test", 7) < 1
    True
    """
    digest = hashlib.sha256(f"{salt}:{purpose}:{contact}".encode()).digest()
    # 53 bits: what a float holds, so that the largest is still below 1.
    return (int.from_bytes(digest[:8], "big") >> 11) / float(1 << 53)


def drawn(share: float, weights: Sequence[int]) -> int:
    """The place of the weight that the share falls on.

    >>> [drawn(share, [1, 3]) for share in (0.0, 0.2, 0.25, 0.999)]
    [0, 0, 1, 1]
    """
    at = share * sum(weights)
    ends = list(accumulate(weights))
    return next((place for place, end in enumerate(ends) if at < end), len(ends) - 1)
