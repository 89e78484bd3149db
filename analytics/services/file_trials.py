"""Trying the lead score on a file: receiving it, asking, asking again, forgetting."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import FileTrial
from analytics.models.file_trials import FOLDER, KEPT
from analytics.services.columns_of_files import columns_of, likely_target, outcomes_of
from core import audit, permissions
from core.choices import ACTIVE_STATES
from core.errors import Refused
from core.jobs.questions import ask
from core.services.archives import left_behind
from core.tabular.delimited import Lines, filled_rows
from core.tabular.reading import IN_MEMORY, read_table
from crm.services.imports.receiving import check_size

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from core.models import JobRun, User

KIND, PERMISSION = "analytics.file_trial", "analytics.lead_score.run"


@dataclass(frozen=True)
class Choices:
    """Which column says who converted, by which values, and what the others are used for."""

    target: str
    converted: Sequence[str]
    not_converted: Sequence[str]
    left_out: Sequence[str]
    time_column: str
    groups: Sequence[str]


def receive_trial(*, upload: "UploadedFile[bytes]", by: "User", at: datetime) -> FileTrial:
    """Find the table of a file, store it as UTF-8 for some days, and guess who converted."""
    permissions.require(by, PERMISSION)
    check_size(upload)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as found:
        table = read_table(upload, found)
        found.seek(0)
        rows = filled_rows(Lines(found), table.delimiter)
        next(rows, None)  # the header
        columns = columns_of(rows, table.columns)
        trial = FileTrial(
            file_name=PurePath(upload.name or "rows.csv").name[:200],
            delimiter=table.delimiter,
            columns=columns,
            rows=table.rows,
            created_by=by,
            created_at=at,
        )
        _guess(trial, likely_target(columns))
        found.seek(0)
        with transaction.atomic():
            trial.file.save("rows.csv", File(found), save=True)
            audit.record(actor=by, action="file_trial.upload", subject=trial)
    return trial


def _guess(trial: FileTrial, target: str) -> None:
    column = next((each for each in trial.columns if each["name"] == target), None)
    found = outcomes_of(column) if column else {}
    trial.target = target
    trial.converted = [text for text, is_won in found.items() if is_won]
    trial.not_converted = [text for text, is_won in found.items() if is_won is False]


@transaction.atomic
def start_trial(*, trial: FileTrial, choices: Choices, by: "User", as_of: datetime) -> "JobRun":
    """Keep what was chosen and put the trial into the queue."""
    permissions.require(by, PERMISSION)
    trial = FileTrial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
    _require_file(trial)
    if trial.run is not None and (trial.run.is_active or trial.result):
        raise Refused(_("This file is being tried already, or has been."))
    for name in ("target", "time_column"):
        setattr(trial, name, getattr(choices, name))
    for name in ("converted", "not_converted", "left_out", "groups"):
        setattr(trial, name, list(getattr(choices, name)))
    scope = {"trial": trial.pk, "file": trial.file_name}
    trial.run = ask(kind=KIND, as_of=as_of, scope=scope, requested_by=by)
    trial.save()
    audit.record(actor=by, action="file_trial.start", subject=trial, run=trial.run)
    return trial.run


def copy_trial(
    *, trial: FileTrial, without: Collection[str], by: "User", at: datetime
) -> FileTrial:
    """The same file and the same choices once more, with more columns left out."""
    permissions.require(by, PERMISSION)
    _require_file(trial)
    copy = FileTrial(
        **{
            name: getattr(trial, name)
            for name in (
                *("file_name", "delimiter", "columns", "rows", "target", "converted"),
                *("not_converted", "time_column", "groups"),
            )
        },
        left_out=[n for n in trial.names if n in {*trial.left_out, *without}],
        created_by=by,
        created_at=at,
    )
    with trial.file.open("rb") as file, transaction.atomic():
        copy.file.save("rows.csv", File(file), save=True)
        audit.record(actor=by, action="file_trial.copy", subject=copy)
    return copy


def choices_of(trial: FileTrial) -> Choices:
    """What was chosen for a trial."""
    return Choices(
        trial.target,
        trial.converted,
        trial.not_converted,
        trial.left_out,
        trial.time_column,
        trial.groups,
    )


def _require_file(trial: FileTrial) -> None:
    if not trial.file:
        raise Refused(
            _("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT.days}
        )


@transaction.atomic
def delete_trial(*, trial: FileTrial, by: "User") -> None:
    """Forget the file and what came of it."""
    permissions.require(by, PERMISSION)
    if trial.run is not None and trial.run.is_active:
        raise Refused(_("The file is just being tried. Wait until that is over, or cancel it."))
    audit.record(actor=by, action="file_trial.delete", subject=trial)
    for file in (trial.file, trial.predictions):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    trial.delete()


def keep_result(
    *, trial: FileTrial, result: dict[str, Any], predictions: IO[bytes]
) -> Callable[[], None]:
    """What enters the figures and the stored predictions; done in the transaction of the job."""
    name = default_storage.save(f"{FOLDER}/chances.csv", File(predictions))

    def keep() -> None:
        FileTrial.objects.filter(pk=trial.pk).update(result=result, predictions=name)

    return keep


def forget_old_files(*, at: datetime) -> int:
    """Delete the files of trials that are some days old; uploads that were never tried go whole."""
    old = FileTrial.objects.filter(created_at__lte=at - KEPT).exclude(file="", predictions="")
    trials = list(old.exclude(run__state__in=ACTIVE_STATES).only("file", "predictions"))
    for trial in trials:
        names = [file.name for file in (trial.file, trial.predictions) if file.name]
        FileTrial.objects.filter(pk=trial.pk).update(file="", predictions="")
        for name in names:
            default_storage.delete(name)
    FileTrial.objects.filter(file="", run=None).delete()
    stored = FileTrial.objects.values_list("file", "predictions")
    for name in left_behind(FOLDER, set(chain.from_iterable(stored)), before=at - KEPT):
        default_storage.delete(name)
    return len(trials)
