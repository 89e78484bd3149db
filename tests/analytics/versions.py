"""Versions of the lead score with figures as a training records them, without training."""

from typing import Any

from analytics.queries.lead_scores import KIND
from core.models import ModelVersion
from core.services.model_versions import publish_version

FIELDS = ("crm.lead.source", "crm.lead.city")


def figures(area: float = 0.8, **more: Any) -> dict[str, Any]:
    """What the pages need of a version's figures; the interval is .02 wide to each side."""
    row = {"predicted": 0.3, "observed": 0.31, "lower": 0.25, "upper": 0.36, "n": 200}
    return {
        "roc_auc": area,
        "roc_auc_lower": area - 0.02,
        "roc_auc_upper": area + 0.02,
        "average_precision": 0.6,
        "log_loss": 0.45,
        "brier": 0.14,
        "brier_base": 0.21,
        "base_rate": 0.3,
        "calibration_error": 0.01,
        "rows": 2_000,
        "equal_rows": 0,
        "lift": [{"captured": 0.28, "lift": 2.8, "rate": 0.84}],
        "reliability": [row],
        "spread": [200] * 10,
        "drivers": [{"field": name, "weight": 0.5} for name in FIELDS],
        "left_out": [],
        "suspects": [],
        **more,
    }


def publish(area: float = 0.8, *, fields: tuple[str, ...] = FIELDS, **more: Any) -> ModelVersion:
    """A new version, not yet decided on."""
    return publish_version(
        kind=KIND,
        artifact=b"{}",
        algorithm="logistic_regression",
        parameters={"folds": "stratified", "seed": 0},
        features=[{"name": name, "kind": "category"} for name in fields],
        metrics=figures(area, **more),
        rows=2_000,
        fingerprint="0" * 64,
    )
