"""Working for a user outside of a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone, translation

if TYPE_CHECKING:
    from core.models import User


@contextmanager
def speaking_as(user: "User") -> Iterator[None]:
    """Dates and sentences as the user means and reads them."""
    with timezone.override(user.time_zone), translation.override(user.language):
        yield
