"""Trying the lead score on an uploaded file, in a worker."""

from tempfile import TemporaryFile
from typing import IO, Any

import pandas as pd
from django.utils.translation import gettext, gettext_noop, override

from analytics.datasets.files import sample_in
from analytics.jobs.file_backtest import SEARCH, Question, Tried, try_lead_score
from analytics.jobs.finite_json import finite
from analytics.jobs.lead_score_backtest import lift_of_top, suspects_of
from analytics.jobs.lead_score_training import metrics_of
from analytics.models import FileTrial
from analytics.queries.lead_score_models import METHODS
from analytics.services.tried_files import keep_result
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from core.spreadsheets import defused

MOST_ROWS = 50_000  # as many as the score itself learns from
STEPS = 7  # reading, the leak guard, five methods
IDENTIFIER = "identifier"


class FileTrialJob(Job):
    """Reads the file, tries all methods, stores figures and chances. What is done twice is the same."""

    prepare_share = 99

    def prepare(self, run: RunContext) -> Plan:
        trial = FileTrial.objects.select_related("created_by").get(pk=run.scope["trial"])
        run.step(gettext_noop("Read the file"))
        with trial.file.open("rb") as file:
            frame = sample_in(
                file,
                trial.delimiter,
                trial.names,
                rows=trial.rows,
                most=MOST_ROWS,
                seed=run.seed,
            )
        run.detail(
            gettext_noop("%(rows)s of %(total)s rows, %(columns)s columns"),
            rows=len(frame),
            total=trial.rows,
            columns=len(frame.columns),
        )
        tried = try_lead_score(frame, _question(trial, run.seed), begins=_Steps(run))
        run.detail(gettext_noop("ROC-AUC %(auc)s"), auc=f"{tried.fit.evaluation.roc_auc:.3f}")
        with TemporaryFile() as predictions:
            _write_predictions(predictions, trial, frame, tried)
            predictions.seek(0)
            save = keep_result(trial=trial, result=_result(trial, tried), predictions=predictions)
        return Plan([], save=save, rows_read=len(frame))


class _Steps:
    """Shows which method is fitted; a cancelled run ends before the next one."""

    def __init__(self, run: RunContext) -> None:
        self.run = run
        self.done = 1

    def __call__(self, name: str) -> None:
        self.run.step(name if name == SEARCH else METHODS[name])
        self.run.progress(self.done / STEPS)
        self.done += 1


def _question(trial: FileTrial, seed: int) -> Question:
    return Question(
        target=trial.target,
        positive=trial.converted,
        negative=trial.not_converted,
        exclude=trial.left_out,
        time_column=trial.time_column,
        groups=trial.groups,
        seed=seed,
    )


def _result(trial: FileTrial, tried: Tried) -> dict[str, Any]:
    """All that the page shows, in no language: metrics as a version has them, and what a file adds."""
    fit = tried.fit
    suspected, asked = suspects_of(tried)
    return finite(
        {
            **metrics_of(fit, tried.cells),
            "algorithm": fit.candidates.chosen,
            "validation": fit.candidates.folds,
            "lift_top20": lift_of_top(fit.candidates.chosen_fit),
            "suspected": [one.to_dict() for one in suspected],
            "asked": [one.to_dict() for one in asked],
            "unusable": [
                {"name": name, "reasons": [reason]} for name, reason in tried.unusable.items()
            ],
            "fairness": tried.fairness,
            "rows_of_file": trial.rows,
            "rows_read": min(trial.rows, MOST_ROWS),
            "rows_known": len(tried.cells),
            "rows_without_target": tried.rows_without_target,
            "rows_without_time": tried.rows_without_time,
        }
    )


def _write_predictions(out: IO[bytes], trial: FileTrial, frame: pd.DataFrame, tried: Tried) -> None:
    """The chance of each tested row, with its number and what identifies it, in the order of the file."""
    tested = tried.fit.candidates.chosen_fit.out_of_fold.sort_index()
    by = trial.created_by
    with override(by.language if by else None):
        heads = [gettext("Row"), gettext("Converted"), gettext("Chance"), gettext("Part")]
    # Columns that tell the rows apart, such as e-mail addresses, say whose chance it is.
    names = [name for name, reason in tried.unusable.items() if reason == IDENTIFIER]
    known = frame.loc[tested.index, names].map(lambda cell: defused(str(cell)))
    chance, fold = tested["probability"].round(6), tested["fold"] + 1
    table = pd.concat(
        [tested.index.to_series() + 1, known, tested["outcome"], chance, fold], axis=1
    )
    table.columns = pd.Index([heads[0], *map(defused, names), *heads[1:]])
    table.to_csv(out, index=False, encoding="utf-8-sig", lineterminator="\r\n")
