"""What a version was trained on and how it was tested, in words."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.models import ModelVersion
from core.phrases import day_text, exact_time, number, percent

FOLDS = {
    "stratified": gettext_noop(
        "Five random parts with the same share of conversions; each is tested by a model of the other four."
    ),
    "time": gettext_noop(
        "In the order of time: each part is tested by a model of what came before it."
    ),
}


def training_facts(version: ModelVersion) -> list[dict[str, str]]:
    """Label and value, in the order people ask."""
    metrics, parameters = version.metrics, version.parameters
    facts = [
        *_leads(version),
        (_("Converted"), percent(metrics["base_rate"], 1)),
        (_("Came in"), _window(metrics.get("window"))),
        (_("Trained"), exact_time(timezone.localtime(version.created_at))),
        (_("Tested"), _folds(str(parameters.get("folds", "")))),
        (_("Outcome"), _horizon(parameters.get("horizon_days"))),
        (_("Fields"), number(len(version.features))),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def _leads(version: ModelVersion) -> list[tuple[str, str]]:
    if not version.parameters.get("has_moments"):
        return [(_("Closed leads"), number(version.rows))]
    moments = _("%(moments)s, as they were known then") % {"moments": number(version.rows)}
    return [(_("Leads"), number(version.metrics["leads"])), (_("Moments of them"), moments)]


def _window(window: dict[str, str] | None) -> str:
    if not window:
        return _("Some have no date")
    first, last = (day_text(datetime.fromisoformat(window[end]).date()) for end in ("from", "to"))
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _folds(name: str) -> str:
    return _(FOLDS[name]) if name in FOLDS else ""


def _horizon(days: int | None) -> str:
    if days:
        return _("converted within %(days)s days") % {"days": days}
    return _("converted, however long it took")
