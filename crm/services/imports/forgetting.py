"""Uploads that nobody imported: their files hold people's data and go after some days."""

from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from django.core.files.storage import default_storage
from django.db import transaction

from core.choices import ACTIVE_STATES
from core.services.archives import left_behind
from crm.models import FileImport, ImportBatch

KEPT = timedelta(days=14)
FOLDER = "imports"


def forget_uploads(*, at: datetime) -> int:
    """Delete uploads that were not imported within `KEPT`, with their files; returns how many."""
    old = FileImport.objects.filter(run=None, created_at__lte=at - KEPT)
    waiting = old.exclude(trial__state__in=ACTIVE_STATES).values_list("pk", flat=True)
    gone = sum(_forget(pk) for pk in waiting)
    ImportBatch.objects.filter(parts=None, started_at=None, created_at__lte=at - KEPT).delete()
    stored = set(chain.from_iterable(FileImport.objects.values_list("file", "original")))
    for name in left_behind(FOLDER, stored, before=at - KEPT):
        default_storage.delete(name)
    return gone


@transaction.atomic
def _forget(pk: int) -> bool:
    """Unless somebody has started it in the meantime."""
    held = FileImport.objects.select_for_update(of=("self",)).filter(pk=pk, run=None).first()
    if held is None:
        return False
    for file in (held.file, held.original):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    held.delete()
    return True
