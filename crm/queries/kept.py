"""Figures counted from very many rows: kept for some minutes for the person who asked."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar, cast

from django.core.cache import cache

from core.conditions import Viewpoint
from core.time_limits import at_most

T = TypeVar("T")

SECONDS = 600
LONGEST = 10  # seconds of counting
# What is counted from fewer rows than this is counted anew each time.
FEW = 3_000


def kept(
    report: str, view: Viewpoint, asked: Any, count: Callable[[], tuple[T, int]], *, anew: bool
) -> T:
    """What `count` found, or what it found a few minutes ago; it gives its figures and how many rows they are of.

    Raises TookTooLong where counting takes more than ten seconds. `asked` says what is counted, as a text or numbers; what the person may see of it belongs to the key.
    """
    key = _key(report, view, asked)
    found = None if anew else cache.get(key)
    if found is not None:
        return cast("T", found)
    with at_most(LONGEST):
        figures, rows = count()
    if rows > FEW:
        cache.set(key, figures, SECONDS)
    else:
        cache.delete(key)
    return figures


def _key(report: str, view: Viewpoint, asked: Any) -> str:
    user, access = view.user, view.access
    sees = (sorted(access.grants.items()), sorted(access.hidden_fields), user.team_id)
    said = repr((user.pk, sees, str(view.now.tzinfo), asked))
    return f"{report}:{sha256(said.encode()).hexdigest()}"
