"""Forecasting the series of a file: receiving it, asking, asking again."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from analytics.models import SeriesTrial
from analytics.services import tried_files
from analytics.services.columns_of_series import guess_of, series_columns_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from core.models import JobRun, User


@dataclass(frozen=True)
class SeriesChoices:
    """Which columns hold time, values and names, how far ahead, and which columns drive the values."""

    time_column: str
    value_column: str
    id_column: str
    horizon: int
    season: int | None
    drivers: dict[str, str]
    has_arima: bool


def receive_series(*, upload: "UploadedFile[bytes]", by: "User", at: datetime) -> SeriesTrial:
    """Find the table of a file, store it as UTF-8 for some days, and guess what its columns are."""
    return tried_files.receive(
        SeriesTrial, upload=upload, by=by, at=at, columns_of=series_columns_of, guess=_guess
    )


def _guess(trial: SeriesTrial) -> None:
    for name, value in asdict(guess_of(trial.columns, trial.rows)).items():
        setattr(trial, name, value)


@transaction.atomic
def start_series(
    *, trial: SeriesTrial, choices: SeriesChoices, by: "User", as_of: datetime
) -> "JobRun":
    """Keep what was chosen and put the forecast into the queue."""
    return tried_files.start(trial, asdict(choices), by=by, as_of=as_of)


def copy_series(*, trial: SeriesTrial, by: "User", at: datetime) -> SeriesTrial:
    """The same file and the same choices once more, to be changed."""
    names = SeriesChoices.__dataclass_fields__
    return tried_files.copy(trial, {name: getattr(trial, name) for name in names}, by=by, at=at)
