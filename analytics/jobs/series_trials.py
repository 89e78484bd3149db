"""Forecasting the series of an uploaded file, in a worker."""

from itertools import pairwise
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext, gettext_noop, override, pgettext

from analytics.datasets.files import frame_in
from analytics.jobs.finite_json import finite
from analytics.jobs.series_forecasts import DrivenQuestion, forecast_file
from analytics.models import SeriesTrial
from analytics.services.tried_files import keep_result
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from core.spreadsheets import defused

READ_SHARE = 0.1


class SeriesTrialJob(Job):
    """Reads the file, forecasts each series, stores figures and forecasts. What is done twice is the same."""

    prepare_share = 99

    def prepare(self, run: RunContext) -> Plan:
        trial = SeriesTrial.objects.select_related("created_by").get(pk=run.scope["trial"])
        run.step(gettext_noop("Read the file"))
        with trial.file.open("rb") as file:
            frame = frame_in(file, trial.delimiter, trial.names)
        run.detail(
            gettext_noop("%(rows)s rows, %(columns)s columns"),
            rows=len(frame),
            columns=len(frame.columns),
        )
        run.progress(READ_SHARE)
        run.step(gettext_noop("Forecast each series by all methods"))

        def progress(done: int, of: int) -> None:
            run.progress(READ_SHARE + (1 - READ_SHARE) * done / of)

        found = forecast_file(frame, _question(trial, run.seed), progress=progress)
        run.detail(gettext_noop("%(series)s series forecast"), series=len(found["series"]))
        errors = [_error(one) for one in found["series"] if one["candidates"]]
        found["smape"] = float(np.mean(errors)) if errors else None
        with TemporaryFile() as out:
            _write_forecasts(out, trial, found["series"])
            out.seek(0)
            save = keep_result(trial=trial, result=finite(found), predictions=out)
        return Plan([], save=save, rows_read=len(frame))


def _question(trial: SeriesTrial, seed: int) -> DrivenQuestion:
    return DrivenQuestion(
        time_column=trial.time_column,
        value_column=trial.value_column,
        id_column=trial.id_column,
        horizon=trial.horizon,
        season=trial.season,
        ahead=trial.drivers_used(SeriesTrial.AHEAD),
        past=trial.drivers_used(SeriesTrial.PAST),
        has_arima=trial.has_arima,
        seed=seed,
    )


def _error(one: dict[str, Any]) -> float:
    return float(one["candidates"][one["serves"]["name"]]["smape"])


def _write_forecasts(out: IO[bytes], trial: SeriesTrial, series: list[dict[str, Any]]) -> None:
    """A row for each step ahead of each series."""
    by = trial.created_by
    with override(by.language if by else None):
        ends = [gettext("80% from"), gettext("80% to"), gettext("95% from"), gettext("95% to")]
        method = gettext("Method")
        forecast = pgettext("of a series", "Forecast")
    tables = [_table(one) for one in series]
    table = pd.concat(tables, ignore_index=True)
    table.columns = pd.Index(
        [defused(trial.id_column), defused(trial.time_column), forecast, *ends, method]
    )
    table = table if trial.id_column else table.iloc[:, 1:]
    table.to_csv(out, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _table(one: dict[str, Any]) -> pd.DataFrame:
    horizon = one["horizon"]
    digits = _digits(one["values"])
    served = one["methods"][one["serves"]["name"]]
    (low80, low95), (high80, high95) = served["lower"], served["upper"]
    numbers = pd.DataFrame(
        {
            "forecast": served["ahead"],
            "low80": low80,
            "high80": high80,
            "low95": low95,
            "high95": high95,
        }
    ).round(digits)
    moments = [written(one, moment) for moment in one["moments"][-horizon:]]
    numbers.insert(0, "id", defused(one["name"]))
    numbers.insert(1, "time", moments)
    return numbers.assign(method=one["serves"]["name"])


def _digits(values: list[float]) -> int:
    """Two more than the values' own size needs."""
    apart = [abs(after - before) for before, after in pairwise(values) if after != before]
    least = float(np.median(apart)) if apart else 1.0
    return int(np.clip(3 - np.floor(np.log10(least)), 0, 12))


def written(one: dict[str, Any], moment: float) -> str:
    """A moment as programs write it: `2026-05` for months, a day, a moment, or a number."""
    if one["unit"] == "number":
        return f"{moment:.12g}"
    at = pd.Timestamp(moment, unit="s")
    if one["unit"] == "month":
        return at.strftime("%Y-%m") if at.day == 1 else at.strftime("%Y-%m-%d")
    return at.strftime("%Y-%m-%d" if one["unit"] != "plain" else "%Y-%m-%d %H:%M:%S")
