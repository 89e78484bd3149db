"""The trial of a whole archive: each part is tried after the other, and nothing is kept."""

from datetime import datetime

from core import permissions
from core.errors import Refused
from core.models import JobRun, User
from crm.models import FileImport, ImportBatch
from crm.services.imports.archives import parts_of
from crm.services.imports.running import settle, start_trial


def start_check(*, batch: ImportBatch, by: User, as_of: datetime) -> JobRun | None:
    """Try the first part that was not imported; each that was tried lets the next be tried."""
    permissions.require(by, "crm.import.use")
    if any(run.is_active for part in parts_of(batch) for run in (part.run, part.trial) if run):
        return None
    batch.check_started_at = as_of
    batch.save(update_fields=["check_started_at"])
    batch.parts.filter(run=None).update(trial=None, findings={})
    return check_next(batch=batch, by=by, as_of=as_of)


def check_next(*, batch: ImportBatch, by: User, as_of: datetime) -> JobRun | None:
    """Try the next part; one that asks something waits for somebody."""
    for part in parts_of(batch):
        if part.run is None and part.trial is None:
            try:
                return _try(part, by, as_of)
            except Refused:
                continue
    return None


def _try(part: FileImport, by: User, as_of: datetime) -> JobRun:
    settle(file_import=part, mapping=part.mapping, owner=part.owner, by=by, at=as_of)
    return start_trial(file_import=part, by=by, as_of=as_of)
