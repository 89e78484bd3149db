"""Training the lead score on closed leads and scoring the open ones by partitions.

A run trains and scores; one whose scope says `trains: false` only scores, with the version that
serves: every night, and when somebody promotes another version.
"""

from collections import Counter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from analytics.datasets.groups import group_cells
from analytics.datasets.leads import ClosedLeads, closed_leads, id_ranges, leads_in
from analytics.jobs.lead_score_artifacts import artifact_of
from analytics.jobs.lead_score_drift import score_bin, store_drift
from analytics.jobs.lead_score_points import points_plan
from analytics.jobs.lead_score_training import SMALLEST_CLASS, Trained, train
from analytics.jobs.scorers import Scorer, scorer_of
from analytics.methods import errors
from analytics.queries.lead_score_fields import barred_fields, compared_fields, decisions
from analytics.services.lead_score_versions import settle_version
from analytics.services.stale_scores import forget_stale
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.questions import ask
from core.models import JobRun, ModelVersion
from core.services.model_versions import (
    champion_of,
    publish_version,
)
from crm.queries.scores import POINTS_RULES
from crm.services.lead_scores import ScoredLead, store_lead_scores

KIND = "analytics.lead_score"
SCORES_ONLY = {"trains": False}
MAX_TRAINING_ROWS = 50_000
PARTITION_IDS = 2_000
BUCKETS = 10

SCORE = gettext_noop("Score the open leads")
BY_STATUS = gettext_noop("%(rows)s of %(total)s closed leads, %(won)s converted")
BY_MOMENTS = gettext_noop(
    "%(rows)s moments of %(total)s leads, as they were known then; after %(won)s of them the lead "
    "converted in time"
)
SENTENCES = {
    "empty": gettext_noop(
        "There are no closed leads to learn from. Import some with their outcome, or close leads "
        "as you work; %(needed)s conversions are needed."
    ),
    "one_class": gettext_noop(
        "All closed leads ended the same way. The score needs converted and lost ones."
    ),
    "few_positives": gettext_noop(
        "%(found)s leads have converted; %(needed)s are needed to learn from. The score begins by "
        "itself when they are there."
    ),
    "few_negatives": gettext_noop(
        "%(found)s closed leads did not convert; %(needed)s are needed to learn from."
    ),
    "no_usable_field": gettext_noop(
        "No field of the leads tells them apart: they are empty, constant or filled in after "
        "contact."
    ),
}
NO_SIGNAL = gettext_noop(
    "The fields of the leads do not tell converted leads from lost ones; scores would be chance. "
    "Earlier scores stay."
)


class LeadScoreJob(Job):
    """One run trains a version, promotes it if it is no worse, and scores all open leads.

    Where no model serves yet, or the one that serves may not any more, a run that should only score
    tries to train; points rules serve while there is too little to learn from.
    """

    prepare_share = 40

    def __init__(self) -> None:
        self._scorer: Scorer | None = None

    def prepare(self, run: RunContext) -> Plan:
        live = champion_of(KIND)
        has_model = live is not None and live.algorithm != POINTS_RULES
        scores_only = has_model and not run.scope.get("trains", True)
        if live is not None and scores_only and not barred_fields(live):
            run.step(SCORE)
            return Plan(id_ranges(PARTITION_IDS), save=lambda: _tie(run.run, live))
        try:
            return self._prepare_training(run)
        except InsufficientData:
            if not has_model and (plan := points_plan(run, id_ranges(PARTITION_IDS))):
                return plan
            if has_model:  # new leads need a score all the same
                ask(kind=KIND, scope=SCORES_ONLY, as_of=run.as_of)
            raise

    def _prepare_training(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Read the closed leads"))
        closed = closed_leads(
            most=MAX_TRAINING_ROWS, seed=run.seed, as_of=run.as_of, needed=SMALLEST_CLASS
        )
        run.detail(
            BY_MOMENTS if closed.has_moments else BY_STATUS,
            rows=len(closed.frame),
            total=closed.total,
            won=int(closed.outcomes.sum()),
        )
        run.progress(0.2)
        run.step(gettext_noop("Train, calibrate and measure"))
        trained = self._train(closed, run.seed)
        run.detail(
            gettext_noop("ROC-AUC %(auc)s on leads it had not seen, %(fields)s fields"),
            auc=f"{trained.metrics['roc_auc']:.3f}",
            fields=len(trained.features),
        )
        run.progress(1)
        run.step(SCORE)
        return Plan(
            id_ranges(PARTITION_IDS),
            save=lambda: _publish(trained, run.run, closed),
            rows_read=len(closed.frame),
        )

    @staticmethod
    def _train(closed: ClosedLeads, seed: int) -> Trained:
        try:
            trained = train(
                closed.frame,
                closed.outcomes,
                order=closed.captured,
                seed=seed,
                decided=decisions(),
                leads=closed.leads,
                groups=group_cells(closed.leads.drop_duplicates(), compared_fields()),
            )
        except errors.InsufficientData as answer:
            sentence = SENTENCES.get(answer.code, SENTENCES["no_usable_field"])
            raise InsufficientData(sentence, needed=SMALLEST_CLASS, found=answer.found) from answer
        if not trained.has_signal:
            raise InsufficientData(NO_SIGNAL)
        return trained

    def load(self, run: RunContext, payload: dict[str, Any]) -> Any:
        return self._scorer_of(run).read(leads_in(**payload), run.as_of)

    def compute(self, run: RunContext, data: Any) -> tuple[list[ScoredLead], Counter[str]]:
        scorer = self._scorer_of(run)
        return list(scorer.scored(data, run.run.pk, run.as_of)), scorer.states(data)

    def _scorer_of(self, run: RunContext) -> Scorer:
        """That of the run's version, made once in each worker."""
        if self._scorer is None:
            self._scorer = scorer_of(ModelVersion.objects.get(runs=run.run))
        return self._scorer

    def save(self, run: RunContext, results: tuple[list[ScoredLead], Counter[str]]) -> Saved:
        scored, counts = results
        for row in scored:
            counts[_bucket(row)] += 1
            counts[f"score_{score_bin(row.score)}"] += 1
        written = store_lead_scores(scored)
        forget_stale([row.lead for row in scored], run.as_of)
        return Saved(len(scored), written, counts)

    def finish(self, run: RunContext) -> None:
        store_drift(run.run)


def _bucket(row: ScoredLead) -> str:
    """The tenth of the chance, or the cell of a score by points."""
    if row.probability is None:
        return f"cell_{row.cell}"
    return f"chance_{min(int(row.probability * BUCKETS), BUCKETS - 1)}"


def _publish(trained: Trained, run: JobRun, closed: ClosedLeads) -> None:
    """Store the version, let the better one serve, and tie the run to it."""
    version = publish_version(
        kind=KIND,
        artifact=artifact_of(trained, closed, seed=run.seed),
        algorithm=trained.algorithm,
        parameters=trained.parameters | _learned_from(closed),
        features=trained.features,
        metrics=trained.metrics,
        rows=trained.rows,
        trained_to=run.as_of,
        fingerprint=trained.fingerprint,
    )
    _tie(run, settle_version(version=version))


def _learned_from(closed: ClosedLeads) -> dict[str, Any]:
    """Whether a chance is that of converting within a horizon, or ever."""
    if not closed.has_moments:
        return {"has_moments": False}
    return {"has_moments": True, "horizon_days": settings.LEAD_SCORE_HORIZON_DAYS}


def _tie(run: JobRun, version: ModelVersion) -> None:
    JobRun.objects.filter(pk=run.pk).update(model_version=version)
