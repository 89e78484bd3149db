"""Getting started: hiding and showing it."""

from core.models import User


def hide_start(*, user: User, hidden: bool) -> None:
    """Take "Getting started" out of the user's navigation and home, or put it back."""
    user.hides_start = hidden
    user.save(update_fields=["hides_start"])
