"""Training the win probability on closed deals and saying it of the open ones by partitions.

A run trains and scores; one whose scope says `trains: false` only scores, with the version that serves.
Where the fields tell nothing, a version without a model serves: the share won from each stage.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_noop

from analytics.datasets.closed_deals import (
    ClosedDeals,
    closed_deals,
    open_table,
    stays_of,
    usual_days,
)
from analytics.datasets.deal_table import DATED, closed_table
from analytics.jobs.deal_artifacts import artifact_of
from analytics.jobs.deal_scorer import DealScorer
from analytics.jobs.finite_json import finite
from analytics.jobs.lead_score_training import SMALLEST_CLASS, Trained, train
from analytics.methods import errors
from analytics.methods.closing_history import ALL, ClosingHistory
from analytics.methods.intervals import wilson_interval
from analytics.queries.win_probability import BASE_RATES, KIND
from analytics.services.stale_outlooks import forget_stale_deals
from analytics.services.win_probability_versions import settle_version
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of, publish_version
from crm.models import Deal
from crm.services.deal_outlooks import DealSaid, store_outlooks

MAX_DEALS = 30_000
MAX_MOMENTS = 50_000
PARTITION_IDS = 2_000
NEEDED = 10  # closed deals, for the share won to mean anything

TOO_FEW = gettext_noop(
    "%(found)s deals have been won or lost; %(needed)s are needed to say how likely others are. Close "
    "deals as you work, or import some with their outcome."
)
SCORE = gettext_noop("Say it of the open deals")


@dataclass(frozen=True)
class Learned:
    """What closed deals taught: always their history, a model where it tells more than luck."""

    history: ClosingHistory
    tried: Trained | None
    why_not: str
    closed: ClosedDeals

    @property
    def trained(self) -> Trained | None:
        """The model that may serve."""
        return None if self.why_not else self.tried


class WinProbabilityJob(Job):
    """One run trains a version, lets it serve if it is no worse, and says it of all open deals."""

    prepare_share = 50

    def __init__(self) -> None:
        self._scorer: DealScorer | None = None

    def prepare(self, run: RunContext) -> Plan:
        live = champion_of(KIND)
        if live is not None and not run.scope.get("trains", True):
            run.step(SCORE)
            return Plan(id_ranges(PARTITION_IDS), save=lambda: _tie(run.run, live))
        run.step(gettext_noop("Read the closed deals"))
        learned = self._learn(run)
        run.progress(1)
        run.step(SCORE)
        return Plan(
            id_ranges(PARTITION_IDS),
            save=lambda: _publish(learned, run.run),
            rows_read=len(learned.closed.frame),
        )

    def _learn(self, run: RunContext) -> Learned:
        table = closed_table(most=MAX_DEALS, as_of=run.as_of)
        if len(table) < NEEDED:
            raise InsufficientData(TOO_FEW, needed=NEEDED, found=len(table))
        usual = usual_days(table)
        history = ClosingHistory.fit(stays_of([table, open_table()], run.as_of), usual)
        closed = closed_deals(table, usual, most=MAX_MOMENTS, seed=run.seed)
        run.detail(
            gettext_noop("%(deals)s closed deals at %(moments)s moments, %(won)s of them won"),
            deals=closed.total,
            moments=len(closed.frame),
            won=history.counts[ALL][0],
        )
        run.progress(0.3)
        run.step(gettext_noop("Train, calibrate and measure"))
        learned = Learned(history, *self._train(closed, run.seed), closed)
        trained = learned.trained
        if trained is None:
            run.detail(gettext_noop("No usable signal in these fields; the shares won serve"))
        else:
            run.detail(
                gettext_noop("ROC-AUC %(auc)s on deals it had not seen, %(fields)s fields"),
                auc=f"{trained.metrics['roc_auc']:.3f}",
                fields=len(trained.features),
            )
        return learned

    @staticmethod
    def _train(closed: ClosedDeals, seed: int) -> tuple[Trained | None, str]:
        """The model that was tried, and why it must not serve; moments of one deal are no other deals."""
        for code, outcome in (("few_positives", 1), ("few_negatives", 0)):
            if closed.deals[closed.outcomes == outcome].nunique() < SMALLEST_CLASS:
                return None, code
        try:
            trained = train(
                closed.frame,
                closed.outcomes,
                order=closed.opened,
                seed=seed,
                decided=dict.fromkeys(DATED, "before"),
                leads=closed.deals,
                groups=None,
            )
        except errors.InsufficientData as answer:
            return None, answer.code
        return trained, "" if trained.has_signal else "no_signal"

    def load(self, run: RunContext, payload: dict[str, Any]) -> Any:
        return open_deals(**payload)

    def compute(self, run: RunContext, data: Any) -> list[DealSaid]:
        if self._scorer is None:
            self._scorer = DealScorer(ModelVersion.objects.get(runs=run.run))
        return list(self._scorer.scored(data, run.run.pk, run.as_of))

    def save(self, run: RunContext, results: list[DealSaid]) -> Saved:
        counts = Counter(f"stale_{row.stale}" for row in results if row.stale)
        written = store_outlooks(results)
        forget_stale_deals([row.deal for row in results], run.as_of)
        return Saved(len(results), written, counts)


def open_deals(lowest: int, highest: int) -> Any:
    """The open deals with ids from `lowest` to `highest`, both included."""
    return Deal.objects.open().kept().filter(pk__gte=lowest, pk__lte=highest)


def id_ranges(width: int) -> list[dict[str, int]]:
    """Ranges of ids of constant width that cover the open deals."""
    ends = Deal.objects.open().kept().aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return []
    return [
        {"lowest": start, "highest": start + width - 1}
        for start in range(ends["lowest"], ends["highest"] + 1, width)
    ]


def _publish(learned: Learned, run: JobRun) -> None:
    """Store the version, let the better one serve, and tie the run to it."""
    tried, trained = learned.tried, learned.trained
    version = publish_version(
        kind=KIND,
        artifact=artifact_of(learned.history, trained),
        algorithm=trained.algorithm if trained else BASE_RATES,
        parameters=_parameters(learned),
        features=tried.features if tried else [],
        metrics=finite(tried.metrics) if tried else {},  # without a signal some figure may be none
        rows=len(learned.closed.frame),
        trained_to=run.as_of,
        fingerprint=tried.fingerprint if tried else "",
    )
    _tie(run, settle_version(version=version))


def _parameters(learned: Learned) -> dict[str, Any]:
    """What the model page says beside the figures."""
    history = learned.history
    return {
        **(learned.tried.parameters if learned.tried else {}),
        "why_not": learned.why_not,
        "deals": learned.closed.total,
        "counts": {str(stage): _share(*pair) for stage, pair in history.counts.items()},
        "usual": {str(stage): round(days, 1) for stage, days in history.usual.items()},
        "oldest": history.oldest,
    }


def _share(won: int, closed: int) -> list[float]:
    """Won, closed, and the Wilson interval of the share, so that pages need no science."""
    low, high = wilson_interval(won, closed)
    return [won, closed, round(float(low), 4), round(float(high), 4)]


def _tie(run: JobRun, version: ModelVersion) -> None:
    JobRun.objects.filter(pk=run.pk).update(model_version=version)
