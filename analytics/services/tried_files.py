"""What all trials on files share: receiving, starting, copying, keeping, forgetting."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import CampaignFile, FileTrial, SeriesTrial, TriedFile
from analytics.models.tried_files import FOLDER, KEPT
from core import audit, permissions
from core.choices import ACTIVE_STATES
from core.errors import Refused
from core.jobs.questions import ask
from core.services.archives import left_behind
from core.tabular.delimited import Lines, filled_rows
from core.tabular.packed import PACKED, unpacked
from core.tabular.reading import IN_MEMORY, read_table
from crm.services.imports.receiving import check_size

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from core.models import JobRun, User

Trial = TypeVar("Trial", bound=TriedFile)
Columns = list[dict[str, Any]]
ColumnsOf = Callable[[Iterator[Sequence[str]], Sequence[str]], Columns]

KINDS: tuple[type[TriedFile], ...] = (FileTrial, SeriesTrial, CampaignFile)


def receive(
    kind: type[Trial],
    *,
    upload: "UploadedFile[bytes]",
    by: "User",
    at: datetime,
    columns_of: ColumnsOf,
    guess: Callable[[Trial], None],
) -> Trial:
    """Find the table of a file, store it as UTF-8 for some days, and guess what is asked of it."""
    permissions.require(by, kind.permission)
    check_size(upload)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as found, _plain(upload) as plain:
        table = read_table(plain, found)
        found.seek(0)
        rows = filled_rows(Lines(found), table.delimiter)
        next(rows, None)  # the header
        trial = kind(
            file_name=PurePath(upload.name or "rows.csv").name[:200],
            delimiter=table.delimiter,
            columns=columns_of(rows, table.columns),
            rows=table.rows,
            created_by=by,
            created_at=at,
        )
        guess(trial)
        found.seek(0)
        with transaction.atomic():
            trial.file.save("rows.csv", File(found), save=True)
            audit.record(actor=by, action=f"{kind.noun}.upload", subject=trial)
    return trial


def _plain(upload: "UploadedFile[bytes]") -> "File[bytes]":
    """The upload, unpacked where it is packed; what it unpacks to is limited as it is itself."""
    name = upload.name or ""
    if not name.casefold().endswith(PACKED):
        return upload
    try:
        return File(unpacked(upload, settings.MAX_UPLOAD_BYTES), name[: -len(PACKED)])
    except OSError as error:
        raise Refused(
            _("The packed file is damaged or ends too early. Unpack it and upload the CSV file.")
        ) from error


def start(trial: TriedFile, choices: dict[str, Any], *, by: "User", as_of: datetime) -> "JobRun":
    """Keep what was chosen and put the trial into the queue; inside a transaction."""
    permissions.require(by, trial.permission)
    # The newest state decides: two people may start the same trial.
    locked = type(trial).objects.select_for_update(of=("self",)).get(pk=trial.pk)
    require_file(locked)
    if locked.run is not None and (locked.run.is_active or locked.result):
        raise Refused(_("This file is being tried already, or has been."))
    for name, value in choices.items():
        setattr(locked, name, value)
    scope = {"trial": locked.pk, "file": locked.file_name}
    run = ask(kind=locked.job_kind, as_of=as_of, scope=scope, requested_by=by)
    locked.run = run
    locked.save()
    audit.record(actor=by, action=f"{locked.noun}.start", subject=locked, run=run)
    return run


def copy(trial: Trial, choices: dict[str, Any], *, by: "User", at: datetime) -> Trial:
    """The same file with these choices once more."""
    permissions.require(by, trial.permission)
    require_file(trial)
    same = {name: getattr(trial, name) for name in ("file_name", "delimiter", "columns", "rows")}
    again = type(trial)(**same, **choices, created_by=by, created_at=at)
    with trial.file.open("rb") as file, transaction.atomic():
        again.file.save("rows.csv", File(file), save=True)
        audit.record(actor=by, action=f"{trial.noun}.copy", subject=again)
    return again


def require_file(trial: TriedFile) -> None:
    if not trial.file:
        raise Refused(
            _("The file was deleted after %(days)s days. Upload it again.") % {"days": KEPT.days}
        )


@transaction.atomic
def delete_trial(*, trial: TriedFile, by: "User") -> None:
    """Forget the file and what came of it."""
    permissions.require(by, trial.permission)
    if trial.run is not None and trial.run.is_active:
        raise Refused(_("The file is just being tried. Wait until that is over, or cancel it."))
    audit.record(actor=by, action=f"{trial.noun}.delete", subject=trial)
    for file in (trial.file, trial.predictions):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    trial.delete()


def keep_result(
    *, trial: TriedFile, result: dict[str, Any], predictions: IO[bytes]
) -> Callable[[], None]:
    """What enters the figures and the stored predictions; done in the transaction of the job."""
    name = default_storage.save(f"{FOLDER}/predictions.csv", File(predictions))
    rows = type(trial).objects.filter(pk=trial.pk)

    def keep() -> None:
        rows.update(result=result, predictions=name)

    return keep


def forget_old_files(*, at: datetime) -> int:
    """Delete the files of trials that are some days old; uploads that were never tried go whole."""
    forgotten = sum(_forget(kind, at) for kind in KINDS)
    stored = [kind.objects.values_list("file", "predictions") for kind in KINDS]
    names = set(chain.from_iterable(chain.from_iterable(stored)))
    for name in left_behind(FOLDER, names, before=at - KEPT):
        default_storage.delete(name)
    return forgotten


def _forget(kind: type[TriedFile], at: datetime) -> int:
    rows = kind.objects
    old = rows.filter(created_at__lte=at - KEPT).exclude(file="", predictions="")
    trials = list(old.exclude(run__state__in=ACTIVE_STATES).only("file", "predictions"))
    for trial in trials:
        names = [file.name for file in (trial.file, trial.predictions) if file.name]
        rows.filter(pk=trial.pk).update(file="", predictions="")
        for name in names:
            default_storage.delete(name)
    rows.filter(file="", run=None).delete()
    return len(trials)
