"""Trying the lead score on a file: receiving it, asking, asking again."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from analytics.models import FileTrial
from analytics.services import tried_files
from analytics.services.columns_of_files import columns_of, likely_target, outcomes_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from core.models import JobRun, User


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
    return tried_files.receive(
        FileTrial, upload=upload, by=by, at=at, columns_of=columns_of, guess=_guess
    )


def _guess(trial: FileTrial) -> None:
    target = likely_target(trial.columns)
    column = next((each for each in trial.columns if each["name"] == target), None)
    found = outcomes_of(column) if column else {}
    trial.target = target
    trial.converted = [text for text, is_won in found.items() if is_won]
    trial.not_converted = [text for text, is_won in found.items() if is_won is False]


@transaction.atomic
def start_trial(*, trial: FileTrial, choices: Choices, by: "User", as_of: datetime) -> "JobRun":
    """Keep what was chosen and put the trial into the queue."""
    return tried_files.start(trial, asdict(choices), by=by, as_of=as_of)


def copy_trial(
    *, trial: FileTrial, without: Collection[str], by: "User", at: datetime
) -> FileTrial:
    """The same file and the same choices once more, with more columns left out."""
    left_out = [name for name in trial.names if name in {*trial.left_out, *without}]
    choices = asdict(choices_of(trial)) | {"left_out": left_out}
    return tried_files.copy(trial, choices, by=by, at=at)


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
