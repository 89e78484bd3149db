"""What static/js/charts.js draws of the lead score."""

from typing import Any

from django.utils.translation import gettext as _

from core.models import JobRun

# Ends of the axes of the calibration chart; a quarter of each is a round number.
CHART_TOPS = (0.04, 0.1, 0.2, 0.4, 0.6, 0.8)


def calibration_chart(table: list[dict[str, Any]]) -> dict[str, Any]:
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


def spread_of(training: list[int], run: JobRun | None) -> list[dict[str, Any]]:
    """Shares by tenth of the chance: open leads now, and training."""
    now = [run.result.get(f"chance_{tenth}", 0) for tenth in range(10)] if run else [0] * 10
    rows = zip(_shares(now), _shares(training), strict=True)
    return [
        {"label": f"{10 * tenth}–{10 * (tenth + 1)}%", "now": open_now, "training": trained}
        for tenth, (open_now, trained) in enumerate(rows)
    ]


def spread_chart(spread: list[dict[str, Any]]) -> dict[str, Any]:
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
