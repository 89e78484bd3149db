"""Two versions of the lead score side by side."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from analytics.queries.lead_score_charts import calibration_chart
from analytics.queries.lead_score_models import METHODS
from analytics.queries.lead_scores import field_labels
from core import permissions
from core.choices import RunState
from core.models import JobRun, ModelVersion, User
from core.phrases import number, percent

COMPARISON = "analytics.lead_score_comparison"
SHOWN_DRIVERS = 10


def comparison_page(a: ModelVersion, b: ModelVersion, user: User) -> dict[str, Any]:
    """Figures, fields, reliability and drivers of both; hidden fields are left out."""
    access = permissions.access_of(user)
    labels = {name: label for name, label in field_labels().items() if access.sees(name)}
    return {
        "a": a,
        "b": b,
        "figures": _figures(a.metrics, b.metrics),
        "is_same_test": _test_of(a) == _test_of(b),
        "methods": [_(METHODS[each.algorithm]) for each in (a, b)],
        "only": [_only(a, b, labels), _only(b, a, labels)],
        "drivers": _drivers(a, b, labels),
        "charts": [calibration_chart(each.metrics["reliability"]) for each in (a, b)],
        "may_run": access.may("analytics.lead_score.run"),
        "may_see_jobs": access.may("core.job.view"),
    }


def last_comparison(a: ModelVersion, b: ModelVersion) -> JobRun | None:
    """The newest run that compared these two, whoever asked."""
    return _runs(a, b).order_by("-pk").first()


def _runs(a: ModelVersion, b: ModelVersion) -> QuerySet[JobRun]:
    return JobRun.objects.filter(kind=COMPARISON, scope={"a": a.number, "b": b.number})


def _test_of(version: ModelVersion) -> tuple[Any, ...]:
    """What makes figures comparable: the same leads in the same folds."""
    told = version.parameters
    rows = version.metrics.get("tested_on", version.fingerprint)
    return rows, told.get("folds"), told.get("seed")


def _figures(a: dict[str, Any], b: dict[str, Any]) -> list[dict[str, Any]]:
    """Each figure of both; the better one is marked."""
    rows = [
        _figure(_("AUC"), "roc_auc", a, b),
        _figure(_("Average precision"), "average_precision", a, b),
        _figure(_("Log loss"), "log_loss", a, b, sign=-1),
        _figure(_("Brier score"), "brier", a, b, sign=-1),
        _figure(_("Calibration error"), "calibration_error", a, b, sign=-1),
    ]
    for side, metrics in zip(rows[0]["sides"], (a, b), strict=True):
        ends = (metrics["roc_auc_lower"], metrics["roc_auc_upper"])
        side["note"] = "–".join(number(end, 3) for end in ends)
    return [*rows, _top(a, b)]


def _figure(
    label: str, name: str, a: dict[str, Any], b: dict[str, Any], *, sign: int = 1
) -> dict[str, Any]:
    better = max(sign * a[name], sign * b[name])
    is_equal = a[name] == b[name]
    return {
        "label": label,
        "sides": [
            {
                "value": number(each[name], 3),
                "is_better": not is_equal and sign * each[name] == better,
            }
            for each in (a, b)
        ],
    }


def _top(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    found = [each["lift"][0]["captured"] for each in (a, b)]
    sides = [
        {"value": percent(share), "is_better": share > other}
        for share, other in zip(found, reversed(found), strict=True)
    ]
    return {"label": _("Found in the top 10%"), "sides": sides}


def _only(version: ModelVersion, other: ModelVersion, labels: dict[str, Any]) -> dict[str, Any]:
    """The fields that only this one learned from."""
    used, others = ({each["name"] for each in one.features} for one in (version, other))
    names = sorted(used - others)
    return {
        "version": version,
        "fields": [labels[name] for name in names if name in labels],
        "rows": version.rows,
    }


def _drivers(a: ModelVersion, b: ModelVersion, labels: dict[str, Any]) -> list[dict[str, Any]]:
    weights = [{one["field"]: one["weight"] for one in each.metrics["drivers"]} for each in (a, b)]
    names = [name for name in {**weights[0], **weights[1]} if name in labels]
    names.sort(key=lambda name: -max(each.get(name, 0.0) for each in weights))
    largest = max((max(each.values(), default=0.0) for each in weights), default=0.0) or 1.0
    return [
        {
            "label": labels[name],
            "sides": [
                {"weight": each.get(name), "percent": round(100 * each.get(name, 0.0) / largest)}
                for each in weights
            ],
        }
        for name in names[:SHOWN_DRIVERS]
    ]


def score_change(run: JobRun) -> dict[str, Any] | None:
    """How the scores of the sample change: order, grades, and the table from grade to grade."""
    if run.state != RunState.SUCCEEDED:
        return None
    told: dict[str, Any] = run.result["change"]
    if not told["leads"]:
        return {"total": 0}
    rows = [
        {
            "grade": grade,
            "cells": [
                {"count": told["grades"][grade][other], "is_same": grade == other}
                for other in told["grades"]
            ],
        }
        for grade in told["grades"]
    ]
    kept = sum(row[grade] for grade, row in told["grades"].items())
    return {
        "total": told["leads"],
        "agreement": told["agreement"],
        "changed": told["leads"] - kept,
        "changed_share": 1 - kept / told["leads"],
        "grades": list(told["grades"]),
        "rows": rows,
    }
