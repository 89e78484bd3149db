"""Learning from past campaigns for whom messages change most, and saying it of each contact."""

import json
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.campaign_people import (
    campaigns_with_control,
    cells_of,
    read_people,
    together,
)
from analytics.datasets.customers import channels_in_use, customers_in
from analytics.datasets.purchases import contact_ranges
from analytics.jobs.finite_json import finite
from analytics.jobs.uplift_backtest import told_learner
from analytics.methods import errors
from analytics.methods.features import Feature
from analytics.methods.uplift.choice import UpliftFit, fit_uplift
from analytics.methods.uplift.learners import UpliftModel
from analytics.queries.campaigns import UPLIFT
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun, ModelVersion
from core.services.model_versions import (
    champion_of,
    load_artifact,
    promote_version,
    publish_version,
)
from marketing.services.uplift import store_uplift

PARTITION_IDS = 2_000
NO_CAMPAIGNS = gettext_noop(
    "No campaign is over that held out fifty people or more. Hold out one in ten of your campaigns: what they "
    "truly change is learned from those."
)
NOT_BETTER = gettext_noop(
    "Looked at %(people)s people of %(campaigns)s campaigns: no field tells for whom messages change more, not "
    "better than chance. What was learned before stays."
)
TOO_FEW = gettext_noop(
    "%(found)s people of an arm reached the goal, or did not; %(needed)s are needed. More campaigns with people "
    "held out bring them."
)
SAY = gettext_noop("Say it of each contact")


class CampaignUpliftJob(Job):
    """One run learns a version, which serves from then on, and says of all contacts what a message changes."""

    prepare_share = 50

    def __init__(self) -> None:
        self._model: UpliftModel | None = None
        self._version: ModelVersion | None = None

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Read past campaigns with people held out"))
        campaigns = campaigns_with_control(run.as_of)
        channels = channels_in_use(run.as_of)
        parts = []
        for place, part in enumerate(read_people(campaigns, channels, run.seed)):
            parts.append(part)
            run.progress(0.6 * (place + 1) / len(campaigns))
        if not parts:
            raise InsufficientData(NO_CAMPAIGNS)
        people = together(parts, run.seed)
        run.step(gettext_noop("Learn for whom they changed most"))
        fit = _fit(people.cells, people.treated, people.outcomes, run.seed)
        if fit.model is None:
            raise InsufficientData(NOT_BETTER, people=fit.rows, campaigns=people.campaigns)
        model = fit.model
        reference = np.quantile(model.predict(people.cells), np.arange(1, 100) / 100).tolist()
        run.step(SAY)
        return Plan(
            contact_ranges(PARTITION_IDS),
            save=lambda: _publish(run.run, fit, model, reference, channels, people.campaigns),
            rows_read=fit.rows,
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> pd.DataFrame:
        ends = payload["lowest"], payload["highest"]
        version = self._served(run)
        return cells_of(customers_in(*ends, run.as_of, version.parameters["channels"]))

    def compute(self, run: RunContext, data: pd.DataFrame) -> list[tuple[int, float, int]]:
        version = self._served(run)
        if self._model is None:
            self._model = UpliftModel.from_dict(json.loads(load_artifact(version)))
        if data.empty:
            return []
        points = 100 * self._model.predict(data)
        return said(data.index, points, np.array(version.parameters["reference"]) * 100)

    def save(self, run: RunContext, results: list[tuple[int, float, int]]) -> Saved:
        version = self._served(run)
        written = store_uplift(results, version=version.pk, run=run.run.pk, as_of=run.as_of)
        return Saved(len(results), written)

    def _served(self, run: RunContext) -> ModelVersion:
        if self._version is None:
            self._version = ModelVersion.objects.get(runs=run.run)
        return self._version


def said(
    contacts: "pd.Index[Any]", points: "np.ndarray[Any, Any]", reference: "np.ndarray[Any, Any]"
) -> list[tuple[int, float, int]]:
    """Points, and the hundredth of the people learned from in which they lie; equal points share the middle one."""
    low = np.searchsorted(reference, points, side="left")
    high = np.searchsorted(reference, points, side="right")
    percentiles = (low + high) // 2 + 1
    rows = zip(contacts.tolist(), points.tolist(), percentiles.tolist(), strict=True)
    return [(int(pk), round(point, 4), int(place)) for pk, point, place in rows]


def _fit(cells: pd.DataFrame, treated: Any, outcomes: Any, seed: int) -> UpliftFit:
    features = [
        Feature(str(name), "numeric" if pd.api.types.is_numeric_dtype(cells[name]) else "category")
        for name in cells
    ]
    try:
        return fit_uplift(cells, treated, outcomes, features, seed=seed)
    except errors.InsufficientData as answer:
        raise InsufficientData(TOO_FEW, found=answer.found, needed=answer.needed) from answer


def _publish(
    run: JobRun,
    fit: UpliftFit,
    model: UpliftModel,
    reference: list[float],
    channels: list[str],
    campaigns: int,
) -> None:
    is_first = champion_of(UPLIFT) is None
    version = publish_version(
        kind=UPLIFT,
        artifact=json.dumps(model.to_dict()).encode(),
        algorithm=model.learner,
        parameters={"channels": channels, "reference": reference, "field": model.field},
        features=[],
        metrics=finite(
            {
                "learners": {each.learner: told_learner(each) for each in fit.tried},
                "overall": fit.overall,
                "best": fit.best.learner,
                "held_out": fit.held_out,
                "campaigns": campaigns,
            }
        ),
        rows=fit.rows,
        trained_to=run.as_of,
        fingerprint="",
    )
    promote_version(version=version, by=None, reason="first" if is_first else "newer")
    JobRun.objects.filter(pk=run.pk).update(model_version=version)
