"""Working off the records that have changed since they were looked at, within a minute and without training."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of

BATCH = 500
MOST_BATCHES = 20  # a turn; beat calls again

# Looks at some records anew: stores what is said of them, takes them off the queue in the same
# transaction, and returns how many rows were stored.
Look = Callable[[Sequence[int]], int]


def work_off(
    kind: str,
    queue: Any,
    at: datetime,
    look_with: Callable[[ModelVersion], Look | None],
) -> int:
    """Look at those that wait, the longest waiting first; returns how many rows were stored.

    While a run of the kind looks at all records anyway, they wait for it. Without a version that may serve
    (none, or None instead of a way to look) there is nothing to do, and the first run looks at them all.
    """
    if JobRun.objects.filter(kind=kind).active().exists():
        return 0
    version = champion_of(kind)
    look = look_with(version) if version is not None else None
    if look is None:
        queue.objects.filter(since__lte=at).delete()
        return 0
    stored = 0
    for _batch in range(MOST_BATCHES):
        waiting = queue.objects.filter(since__lte=at).order_by("since", "pk")
        ids = list(waiting.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        stored += look(ids)
    return stored
