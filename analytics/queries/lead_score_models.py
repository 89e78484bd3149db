"""What the model page shows: is the score good enough to act on, and why."""

from collections.abc import Container
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.queries.lead_score_charts import calibration_chart, spread_chart, spread_of
from analytics.queries.lead_score_drift import drift_of
from analytics.queries.lead_score_facts import training_facts
from analytics.queries.lead_score_fairness import compared_tables
from analytics.queries.lead_score_fields import PageFields
from analytics.queries.lead_score_versions import version_rows
from analytics.queries.lead_scores import KIND, conversions
from core import permissions
from core.choices import RunState, VersionState
from core.models import JobRun, ModelVersion, SampleData, User
from core.phrases import percent
from crm.queries.scores import POINTS_RULES

GOOD_AUC = 0.7
GOOD_CALIBRATION = 0.05
SHOWN_DRIVERS = 8
METHODS = {
    "logistic_regression": gettext_noop("Logistic regression"),
    "support_vectors": gettext_noop("Support vector machine"),
    "random_forest": gettext_noop("Random forest"),
    "gradient_boosting": gettext_noop("Gradient boosting"),
    "neural_network": gettext_noop("Neural network"),
}

UNUSABLE = {"empty", "constant", "date", "identifier", "free_text", "too_many_levels"}

# Why a field is left out, or asked about; the codes are those of analytics.methods.
REASONS = {
    "separates_alone": gettext_noop("it tells the outcome all by itself"),
    "separates_well": gettext_noop("it alone tells the outcome unusually well"),
    "one_class_levels": gettext_noop("some of its values occur with one outcome only"),
    "fill_gap": gettext_noop("it is filled much more often for one outcome"),
    "outcome_name": gettext_noop("its name speaks of an outcome"),
    "moving_name": gettext_noop("its name speaks of a value that is overwritten"),
    "outcome_values": gettext_noop("its values speak of an outcome"),
    "empty": gettext_noop("it is empty"),
    "constant": gettext_noop("it is the same for nearly all of them"),
    "date": gettext_noop("it is a date"),
    "identifier": gettext_noop("it is different for each of them"),
    "free_text": gettext_noop("it is free text"),
    "too_many_levels": gettext_noop("it has too many different values"),
}


def model_page(user: User) -> dict[str, Any]:
    """The live version with its figures, ready to draw; hidden fields are left out."""
    access = permissions.access_of(user)
    live = ModelVersion.objects.filter(kind=KIND, state=VersionState.CHAMPION).first()
    context: dict[str, Any] = {
        "version": live,
        "live_number": live.number if live and live.algorithm != POINTS_RULES else None,
        "versions": version_rows(user),
        "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
        "may_run": access.may("analytics.lead_score.run"),
        "may_decide": access.may("core.custom_field.manage"),
        "may_see_jobs": access.may("core.job.view"),
        "may_import": access.may("crm.import.use"),
        "may_name_groups": access.may("core.settings.manage"),
        "kind": KIND,
        **conversions(),
    }
    if live is None or live.algorithm == POINTS_RULES:
        return context
    fields = PageFields.seen_by(user)
    shown = shown_metrics(live.metrics, live.algorithm, fields.labels)
    return context | shown | _of_fields(live, fields) | _today(live, fields)


def _of_fields(live: ModelVersion, fields: PageFields) -> dict[str, Any]:
    """What it learned from, and what it may not learn from."""
    metrics, said = live.metrics, fields.decided()
    return {
        "training": training_facts(live),
        "left_out": explained(metrics["left_out"], fields.labels, said),
        "suspects": explained(metrics["suspects"], fields.labels, said),
        "decided": said.values(),
    }


def _today(live: ModelVersion, fields: PageFields) -> dict[str, Any]:
    """The open leads against those of training, and the groups that are compared."""
    run = _last_scored(live)
    spread = spread_of(live.metrics["spread"], run)
    stored = live.metrics.get("fairness", [])
    return {
        "spread": spread,
        "spread_chart": spread_chart(spread),
        "drift": drift_of(live, run, fields.labels, fields.words),
        "fairness": compared_tables(stored, fields.groups, fields.words),
        "is_compared": bool(stored),
    }


def shown_metrics(metrics: dict[str, Any], algorithm: str, names: dict[str, Any]) -> dict[str, Any]:
    """Verdict, figures, methods, drivers and calibration, of a version or of a trial on a file."""
    separates = metrics["roc_auc_lower"] >= GOOD_AUC
    return {
        "metrics": metrics,
        "is_good": separates and metrics["calibration_error"] <= GOOD_CALIBRATION,
        "separates": separates,
        "top_decile": metrics["lift"][0],
        "figures": _figures(metrics),
        "good_calibration": GOOD_CALIBRATION,
        "candidates": _candidates(metrics.get("candidates", []), algorithm),
        "drivers": drivers_of(metrics["drivers"], names),
        "calibration": metrics["reliability"],
        "calibration_chart": calibration_chart(metrics["reliability"]),
    }


def _candidates(rows: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    """The methods that were tried, the simplest first; versions of earlier releases tell none."""
    return [
        {"label": _(METHODS[row["name"]]), "row": row, "is_chosen": row["name"] == chosen}
        for row in rows
    ]


def drivers_of(drivers: list[dict[str, Any]], names: dict[str, Any]) -> list[dict[str, Any]]:
    shown = [one for one in drivers if one["field"] in names][:SHOWN_DRIVERS]
    largest = max((one["weight"] for one in shown), default=0) or 1
    return [
        {
            "label": names[one["field"]],
            "weight": one["weight"],
            "percent": round(100 * one["weight"] / largest),
        }
        for one in shown
    ]


def explained(
    fields: list[dict[str, Any]], names: dict[str, Any], said: Container[str] = ()
) -> list[dict[str, Any]]:
    """Each field with its label and its reasons as msgids, unless a person has decided since."""
    told = [{**one, "name": one.get("field") or one["name"]} for one in fields]
    return [
        {
            "name": one["name"],
            "label": names[one["name"]],
            "reasons": [REASONS[code] for code in one["reasons"]],
            # What cannot be used at all, nobody can decide on.
            "is_suspect": not set(one["reasons"]) <= UNUSABLE,
        }
        for one in told
        if one["name"] in names and one["name"] not in said
    ]


def _figures(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the strip on top, each with what it is compared with."""
    top = metrics["lift"][0]
    return [
        {
            "label": _("AUC"),
            "value": _decimals(metrics["roc_auc"], 3),
            "note": _("%(low)s to %(high)s; chance is 0.5")
            % {
                "low": _decimals(metrics["roc_auc_lower"], 3),
                "high": _decimals(metrics["roc_auc_upper"], 3),
            },
        },
        {
            "label": _("Found in the top 10%"),
            "value": percent(top["captured"]),
            "note": _("%(times)s times chance") % {"times": _decimals(top["lift"], 1)},
        },
        {
            "label": _("Average precision"),
            "value": _decimals(metrics["average_precision"], 3),
            "note": _("chance is the base rate, %(rate)s")
            % {"rate": _decimals(metrics["base_rate"], 3)},
        },
        {
            "label": _("Brier score"),
            "value": _decimals(metrics["brier"], 3),
            "note": _("always saying %(rate)s: %(brier)s")
            % {
                "rate": percent(metrics["base_rate"]),
                "brier": _decimals(metrics["brier_base"], 3),
            },
        },
        {
            "label": _("Calibration error"),
            "value": _("%(points)s pts")
            % {"points": _decimals(100 * metrics["calibration_error"], 1)},
            "note": _("limit %(points)s pts") % {"points": round(100 * GOOD_CALIBRATION)},
        },
    ]


def _decimals(value: float, digits: int) -> str:
    return number_format(round(value, digits), digits)


def _last_scored(version: ModelVersion) -> JobRun | None:
    runs = version.runs.filter(kind=KIND, state=RunState.SUCCEEDED)
    return runs.order_by("-pk").first()


def own_champion(_user: User) -> "QuerySet[ModelVersion]":
    """The live model, unless it was trained while sample records were there; rules are none."""
    sample = SampleData.objects.filter(loaded_at__lte=OuterRef("created_at"))
    live = ModelVersion.objects.filter(kind=KIND, state=VersionState.CHAMPION)
    return live.filter(~Exists(sample)).exclude(algorithm=POINTS_RULES)
