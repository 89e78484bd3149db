"""Asking for the sample company, and asking for it to go."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import Refused
from core.models import JobRun, SampleData, User
from core.models.sample_data import COMPANY
from core.services.jobs import start_run
from crm.queries.sample import LOAD, REMOVE


def start_load(*, by: User, at: datetime) -> JobRun:
    """Have the sample company loaded; refused while it is there or on its way out."""
    if SampleData.objects.exclude(loaded_at=None).exists():
        raise Refused(_("The sample company is there already."))
    _refuse_while(REMOVE)
    return start_run(kind=LOAD, by=by, as_of=at)


def start_removal(*, name: str, by: User, at: datetime) -> JobRun:
    """Have it removed; whoever asks writes its name, so that nobody does it by accident."""
    if name.strip().casefold() != COMPANY.casefold():
        raise Refused(_("Write %(name)s to remove the sample company.") % {"name": COMPANY})
    if not SampleData.objects.exists():
        raise Refused(_("There is no sample company."))
    _refuse_while(LOAD)
    return start_run(kind=REMOVE, by=by, as_of=at)


def _refuse_while(kind: str) -> None:
    if JobRun.objects.active().filter(kind=kind).exists():
        raise Refused(_("The sample company is being loaded or removed. Wait until that is done."))
