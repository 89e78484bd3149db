"""Learning what customers will still buy, and saying it of each of them by partitions.

A run fits and says; one whose scope says `trains: false` only says, with the version that serves. The
cohorts of the page beside it are counted by every run.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop

from analytics.choices import NOTHING_AHEAD, CohortKind
from analytics.datasets.cohorts import Cohorts, lead_cohorts, purchase_cohorts
from analytics.datasets.purchases import contact_ranges, known_until, read_purchases
from analytics.jobs.churn import learn_churn, said_of
from analytics.jobs.finite_json import finite
from analytics.jobs.lifetime_artifacts import Lifetimes, lifetimes_of, rows_of
from analytics.jobs.lifetime_counts import counts_of
from analytics.jobs.lifetime_fit import Learned, learn
from analytics.queries.lifetime_value import KIND
from analytics.services.cohorts import store_cohorts
from analytics.services.told_segments import tell_segments
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun, ModelVersion
from core.services.model_versions import champion_of, promote_version, publish_version
from crm.choices import RiskSource
from crm.queries.purchases import Purchases
from crm.services.contact_lifetimes import LifetimeSaid, store_lifetimes

PARTITION_IDS = 2_000

NOTHING = gettext_noop(
    "Nobody has bought anything yet. Import purchases with customer, date and amount, or win deals "
    "with a main contact; the rest begins by itself."
)
SAY = gettext_noop("Say it of each customer")


@dataclass(frozen=True)
class Part:
    """The customers of a partition: what they bought, and what is said of them."""

    lowest: int
    highest: int
    purchases: Purchases
    frame: pd.DataFrame


class LifetimeValueJob(Job):
    """One run fits a version, which serves from then on, and says of all customers what is ahead."""

    prepare_share = 40

    def __init__(self) -> None:
        self._version: ModelVersion | None = None

    def prepare(self, run: RunContext) -> Plan:
        live = champion_of(KIND)
        run.step(gettext_noop("Count who bought again, month by month"))
        everybody = Purchases(run.as_of)
        bought = purchase_cohorts(everybody)
        if not bought[0]:
            raise InsufficientData(NOTHING)
        captured = lead_cohorts(run.as_of, everybody.zone)
        run.detail(
            gettext_noop("%(customers)s customers in %(months)s months"),
            customers=sum(bought[1].values()),
            months=len(bought[1]),
        )
        until = known_until(everybody).replace(day=1)
        learned = None
        if live is None or run.scope.get("trains", True):
            learned = self._learn(run)
        run.step(SAY)
        return Plan(
            contact_ranges(PARTITION_IDS),
            save=lambda: _save_plan(run.run, live, learned, (bought, captured), until),
            rows_read=learned.customers if learned else 0,
        )

    def _learn(self, run: RunContext) -> Learned:
        run.step(gettext_noop("Fit to all customers, and try it on the last third of the time"))
        learned = learn(run.as_of, lambda share: run.progress(0.1 + 0.6 * share))
        _tell(run, learned)
        run.progress(0.7)
        run.step(gettext_noop("Learn who goes quiet"))
        model, told = learn_churn(run.as_of, run.seed)
        if model is None:
            run.detail(gettext_noop("Nothing to go by; purchases alone tell who has left"))
        else:
            run.detail(
                gettext_noop("ROC-AUC %(auc)s on customers it had not seen"),
                auc=f"{told['roc_auc']:.3f}",
            )
        run.progress(1)
        return replace(
            learned,
            lifetimes=replace(learned.lifetimes, churn=model),
            metrics=learned.metrics | {"churn": told},
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> Part:
        purchases = Purchases(run.as_of, **payload)
        return Part(**payload, purchases=purchases, frame=read_purchases(purchases))

    def compute(self, run: RunContext, data: Part) -> tuple[Part, list[LifetimeSaid]]:
        if self._version is None:
            self._version = ModelVersion.objects.get(runs=run.run)
        return data, said(data, self._version, run.run.pk, run.as_of)

    def save(self, run: RunContext, results: tuple[Part, list[LifetimeSaid]]) -> Saved:
        part, rows = results
        written = store_lifetimes(rows, lowest=part.lowest, highest=part.highest, as_of=run.as_of)
        return Saved(len(rows), written, counts_of(rows))

    def finish(self, run: RunContext) -> None:
        tell_segments(run)


def said(part: Part, version: ModelVersion, run: int | None, as_of: datetime) -> list[LifetimeSaid]:
    """What is said of each customer of a partition."""
    if part.frame.empty:
        return []
    lifetimes = lifetimes_of(version)
    ahead = lifetimes.ahead(part.frame, known_until(part.purchases))
    risks = _risks(part, lifetimes)
    found = []
    for (pk, first, last, days, total), told in zip(
        part.frame[["first", "last", "days", "total"]].itertuples(name=None),
        rows_of(ahead),
        strict=True,
    ):
        risk = _risk(told, risks.get(pk))
        found.append(
            LifetimeSaid(
                contact=int(pk),
                version=version.pk,
                run=run,
                as_of=as_of,
                first_on=first.date(),
                last_on=last.date(),
                purchases=int(days),
                total=None if total != total else round(float(total), 2),
                **told,
                **risk,
                at_risk=_at_risk(told["value"], risk["risk"]),
            )
        )
    return found


def _risks(part: Part, lifetimes: Lifetimes) -> dict[int, tuple[float, list[dict[str, Any]]]]:
    """Of those who did not come back, or of all where no P(alive) is known."""
    if lifetimes.churn is None:
        return {}
    alone = part.frame
    if lifetimes.knows_alive:
        alone = alone[alone["days"] == 1]
    return said_of(lifetimes.churn, alone, part.purchases)


def _risk(
    told: dict[str, Any], by_model: tuple[float, list[dict[str, Any]]] | None
) -> dict[str, Any]:
    if told["alive"] is not None:
        return {"risk": round(1 - told["alive"], 6), "risk_by": str(RiskSource.PURCHASES)}
    if by_model is None:
        return {"risk": None, "risk_by": ""}
    chance, reasons = by_model
    return {"risk": round(chance, 6), "risk_by": str(RiskSource.MODEL), "reasons": reasons}


def _at_risk(value: float | None, risk: float | None) -> float | None:
    return None if value is None or risk is None else round(value * risk, 2)


# -- steps and versions ---------------------------------------------------------------------------


def _tell(run: RunContext, learned: Learned) -> None:
    error = next(
        (row["total_error"] for row in learned.metrics.get("ways", ()) if row["way"] == "bg_nbd"),
        None,
    )
    if learned.why_not:
        run.detail(
            gettext_noop("%(returned)s of %(customers)s customers came back: too few to foretell"),
            returned=learned.returned,
            customers=learned.customers,
        )
    elif error is None:
        run.detail(
            gettext_noop("%(customers)s customers, %(returned)s came back"),
            customers=learned.customers,
            returned=learned.returned,
        )
    else:
        run.detail(
            gettext_noop(
                "%(customers)s customers, %(returned)s came back; the last third was off by %(error)s %%"
            ),
            customers=learned.customers,
            returned=learned.returned,
            error=f"{100 * error:+.1f}",
        )


def _save_plan(
    run: JobRun,
    live: ModelVersion | None,
    learned: Learned | None,
    cohorts: tuple[Cohorts, Cohorts],
    until: date,
) -> None:
    """Store the cohorts and the version that serves from now on, and tie the run to it."""
    for kind, (cells, sizes) in zip((CohortKind.PURCHASES, CohortKind.LEADS), cohorts, strict=True):
        store_cohorts(kind, cells, sizes, until=until, run=run, as_of=run.as_of)
    version = live if learned is None else _publish(learned, run, is_first=live is None)
    JobRun.objects.filter(pk=run.pk).update(model_version=version)


def _publish(learned: Learned, run: JobRun, *, is_first: bool) -> ModelVersion:
    """A newer fit serves: it knows all that the one before knew, and was tried against the floors."""
    lifetimes = learned.lifetimes
    version = publish_version(
        kind=KIND,
        artifact=lifetimes.to_bytes(),
        algorithm=lifetimes.serves or NOTHING_AHEAD,
        parameters=_parameters(learned),
        features=[],
        metrics=finite(learned.metrics),
        rows=learned.customers,
        trained_to=run.as_of,
        fingerprint="",
    )
    promote_version(version=version, by=None, reason="first" if is_first else "newer")
    return version


def _parameters(learned: Learned) -> dict[str, Any]:
    model = learned.lifetimes.model
    told: dict[str, Any] = {
        "why_not": learned.why_not,
        "returned": learned.returned,
        "every": learned.every,
        "weekly": learned.lifetimes.weekly,
    }
    if model is None:
        return told
    return finite(
        told
        | {name: getattr(model.purchases, name) for name in ("r", "alpha", "a", "b")}
        | {name: getattr(model.spending, name, None) for name in ("p", "q", "v")}
        | {
            "mean_value": None if model.spending is None else model.spending.mean,
            "correlation": model.correlation,
        }
    )
