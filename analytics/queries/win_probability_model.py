"""The page about the win probability: what serves, how good it is, what is won from each stage."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.queries.lead_score_models import METHODS, explained, shown_metrics
from analytics.queries.win_probability import BASE_RATES, KIND, field_labels, may_read
from core import permissions
from core.conditions import Criterion, to_parameter
from core.models import JobRun, ModelVersion, User
from core.services.model_versions import champion_of
from crm.choices import StageKind, StaleReason
from crm.models import Deal, Stage

SHOWN = 6
ALL = "0"
WHY_NOT = {
    "no_signal": gettext_noop(
        "No usable signal in these fields: what a model makes of them tells won deals from lost ones no "
        "better than luck. So the share won of the deals from each stage is shown, with its interval."
    ),
    "one_class": gettext_noop(
        "All closed deals ended the same way, so there is nothing to tell apart. The share won is shown."
    ),
    "few_positives": gettext_noop(
        "Fewer than 50 deals have been won: too few for a model. The share won of the deals from each "
        "stage is shown, with its interval."
    ),
    "few_negatives": gettext_noop(
        "Fewer than 50 deals have been lost: too few for a model. The share won of the deals from each "
        "stage is shown, with its interval."
    ),
}
STATE_REASONS = {
    "first": gettext_noop("It is the first one."),
    "first_model": gettext_noop("The fields tell something now: it took over from the shares won."),
    "no_signal": gettext_noop("The fields tell nothing any more: the shares won serve."),
    "no_worse": gettext_noop("Trained anew and no worse than the one before."),
    "worse": gettext_noop("Its AUC lay below the interval of the one that was live then."),
    "replaced": gettext_noop("Another version took over."),
}


def model_page(user: User) -> dict[str, Any]:
    """The live version with its figures, ready to draw; hidden fields are left out."""
    access = permissions.access_of(user)
    live = champion_of(KIND)
    context: dict[str, Any] = {
        "version": live,
        "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
        "kind": KIND,
        "may_run": access.may("analytics.win_probability.run"),
        "may_see_jobs": access.may("core.job.view"),
        "may_import": access.may("crm.import.use"),
        "stale": _stale(user),
        "oldest": live.parameters.get("oldest") if live else None,
        "versions": _versions(),
    }
    if live is None:
        return context
    names = {name: label for name, label in field_labels().items() if may_read(name, access)}
    why_not = live.parameters.get("why_not", "")
    context |= {
        "why_not": _(WHY_NOT.get(why_not, WHY_NOT["no_signal"])) if why_not else "",
        "stages": _stages(live) if access.sees("crm.deal.stage") else [],
        "overall": _share(_("All deals"), *live.parameters["counts"][ALL]),
    }
    if not live.metrics:
        return context
    shown = shown_metrics(live.metrics, live.algorithm, names)
    left_out = explained(live.metrics["left_out"], names)
    return context | shown | {"left_out": left_out, "is_served": not why_not}


def _stages(live: ModelVersion) -> list[dict[str, Any]]:
    """What is won from each stage, in the order of the stages."""
    counts = live.parameters["counts"]
    usual = live.parameters.get("usual", {})
    stages = Stage.objects.in_use().filter(kind=StageKind.OPEN).select_related("pipeline")
    return [
        _share(str(stage), *counts[str(stage.pk)])
        | {"said": stage.probability / 100, "usual": usual.get(str(stage.pk))}
        for stage in stages
        if str(stage.pk) in counts
    ]


def _share(label: str, won: int, closed: int, low: float, high: float) -> dict[str, Any]:
    return {
        "label": label,
        "won": won,
        "closed": closed,
        "rate": won / closed if closed else 0,
        "low": low,
        "high": high,
    }


def _stale(user: User) -> dict[str, Any] | None:
    """How many of the deals that the user sees are stale, and the list of them."""
    if not permissions.access_of(user).may("crm.deal.view"):
        return None
    if not permissions.access_of(user).sees("crm.deal.created"):
        return None
    opened = Deal.objects.visible_to(user).open()
    condition = Criterion("stale", "is", StaleReason.values)
    only = to_parameter(Criterion("status", "is", [StageKind.OPEN]))
    return {
        "number": opened.filter(outlook__stale__in=StaleReason.values).count(),
        "url": f"{reverse('deal_list')}?if={to_parameter(condition)}&if={only}",
    }


def _versions() -> list[dict[str, Any]]:
    rows = ModelVersion.objects.filter(kind=KIND).order_by("-number")
    return [
        {
            "version": row,
            "label": _(METHODS[row.algorithm]) if row.algorithm != BASE_RATES else _("Shares won"),
            "reason": _(STATE_REASONS[row.reason]) if row.reason in STATE_REASONS else "",
            "auc": row.metrics.get("roc_auc"),
        }
        for row in rows[:SHOWN]
    ]
