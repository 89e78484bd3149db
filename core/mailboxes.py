"""Addresses that reach nobody (RFC 2606): of colleagues who came from a file without one."""

NOBODY = "colleague.invalid"


def reaches_somebody(email: str) -> bool:
    """Whether mail to the address can arrive.

    >>> reaches_somebody("ada@example.org"), reaches_somebody("ada@colleague.invalid")
    (True, False)
    """
    return not email.strip().rstrip(".").casefold().endswith(".invalid")
