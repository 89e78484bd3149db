"""What the model page shows: is the score good enough to act on, and why."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.queries.lead_scores import KIND, field_labels
from core import permissions
from core.choices import KnownWhen, RunState, VersionState
from core.models import CustomField, JobRun, ModelVersion, SampleData, User
from core.phrases import percent

GOOD_AUC = 0.7
GOOD_CALIBRATION = 0.05
SHOWN_DRIVERS = 8
# Ends of the axes of the calibration chart; a quarter of each is a round number.
CHART_TOPS = (0.04, 0.1, 0.2, 0.4, 0.6, 0.8)

METHODS = {
    "logistic_regression": gettext_noop("Logistic regression"),
    "support_vectors": gettext_noop("Support vector machine"),
    "random_forest": gettext_noop("Random forest"),
    "gradient_boosting": gettext_noop("Gradient boosting"),
    "neural_network": gettext_noop("Neural network"),
}

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
    "constant": gettext_noop("it is the same for nearly all leads"),
    "date": gettext_noop("it is a date"),
    "identifier": gettext_noop("it is different for every lead"),
    "free_text": gettext_noop("it is free text"),
    "too_many_levels": gettext_noop("it has too many different values"),
}


def model_page(user: User) -> dict[str, Any]:
    """The live version with its figures, ready to draw; hidden fields are left out."""
    access = permissions.access_of(user)
    versions = list(ModelVersion.objects.filter(kind=KIND).order_by("-number")[:10])
    live = ModelVersion.objects.filter(kind=KIND, state=VersionState.CHAMPION).first()
    context: dict[str, Any] = {
        "version": live,
        "versions": versions,
        "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
        "may_run": access.may("analytics.lead_score.run"),
        "may_decide": access.may("core.custom_field.manage"),
        "may_see_jobs": access.may("core.job.view"),
        "may_import": access.may("crm.import.use"),
        "kind": KIND,
    }
    if live is None:
        return context
    metrics = live.metrics
    spread = _spread(metrics["spread"], _last_scored())
    names = {name: label for name, label in field_labels().items() if access.sees(name)}
    return context | {
        **shown_metrics(metrics, live.algorithm, names),
        "left_out": explained(metrics["left_out"], names),
        "suspects": explained(metrics["suspects"], names),
        "after_contact": _after_contact(names),
        "spread": spread,
        "spread_chart": _spread_chart(spread),
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
        "candidates": _candidates(metrics.get("candidates", []), algorithm),
        "drivers": _drivers(metrics["drivers"], names),
        "calibration": metrics["reliability"],
        "calibration_chart": _calibration_chart(metrics["reliability"]),
    }


def _candidates(rows: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    """The methods that were tried, the simplest first; versions of earlier releases tell none."""
    return [
        {"label": _(METHODS[row["name"]]), "row": row, "is_chosen": row["name"] == chosen}
        for row in rows
    ]


def _drivers(drivers: list[dict[str, Any]], names: dict[str, Any]) -> list[dict[str, Any]]:
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


def explained(fields: list[dict[str, Any]], names: dict[str, Any]) -> list[dict[str, Any]]:
    """Each field with its label and its reasons as msgids."""
    return [
        {
            "name": one.get("field") or one["name"],
            "label": names[one.get("field") or one["name"]],
            "reasons": [REASONS[code] for code in one["reasons"]],
        }
        for one in fields
        if (one.get("field") or one["name"]) in names
    ]


def _after_contact(names: dict[str, Any]) -> list[CustomField]:
    """Custom fields that people marked as filled in after contact."""
    marked = CustomField.objects.filter(object_type="crm.lead", known_when=KnownWhen.AFTER)
    return [field for field in marked if field.name in names]


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


def _calibration_chart(table: list[dict[str, Any]]) -> dict[str, Any]:
    """What static/js/charts.js draws: predicted, observed, low, high, as ratios."""
    highest = max(max(row["predicted"], row["upper"]) for row in table)
    return {
        "p": [[row["predicted"], row["observed"], row["lower"], row["upper"]] for row in table],
        "max": next((top for top in CHART_TOPS if top >= highest), 1),
        "axis": _("Predicted chance"),
        "predicted": _("Predicted"),
        "observed": _("Happened"),
        "group": _("Group"),
    }


def _last_scored() -> JobRun | None:
    return JobRun.objects.filter(kind=KIND, state=RunState.SUCCEEDED).order_by("-pk").first()


def _spread(training: list[int], run: JobRun | None) -> list[dict[str, Any]]:
    """Shares by tenth of the chance: open leads now, and training."""
    now = [run.result.get(f"chance_{tenth}", 0) for tenth in range(10)] if run else [0] * 10
    rows = zip(_shares(now), _shares(training), strict=True)
    return [
        {"label": f"{10 * tenth}–{10 * (tenth + 1)}%", "now": open_now, "training": trained}
        for tenth, (open_now, trained) in enumerate(rows)
    ]


def _spread_chart(spread: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "x": [row["label"] for row in spread],
        "s": [
            {"n": _("Open leads now"), "v": [row["now"] for row in spread]},
            {"n": _("Training"), "v": [row["training"] for row in spread], "c": "c8"},
        ],
        "format": "percent",
    }


def _shares(counts: list[int]) -> list[float]:
    total = sum(counts) or 1
    return [round(count / total, 4) for count in counts]


def field_by_name(name: str, user: User) -> CustomField | None:
    """The custom field with this full name, if the user may see it."""
    access = permissions.access_of(user)
    fields = CustomField.objects.filter(object_type="crm.lead")
    return next((field for field in fields if field.name == name and access.sees(name)), None)


def own_champion(_user: User) -> "QuerySet[ModelVersion]":
    """The live version, unless it was trained while sample records were there."""
    sample = SampleData.objects.filter(loaded_at__lte=OuterRef("created_at"))
    live = ModelVersion.objects.filter(kind=KIND, state=VersionState.CHAMPION)
    return live.filter(~Exists(sample))
