"""Reads about trials on files."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.models import FileTrial
from analytics.models.tried_files import KEPT
from analytics.queries.lead_score_fairness import compared_tables
from analytics.queries.lead_score_models import explained, shown_metrics
from core import permissions
from core.models import User
from core.phrases import number, percent
from core.queries.jobs import described, steps_of

SHOWN = 50


def trials_visible_to(user: User) -> QuerySet[FileTrial]:
    """One's own trials; administrators see all."""
    rows: QuerySet[FileTrial] = FileTrial.objects.select_related("run", "created_by")
    if permissions.access_of(user).is_administrator:
        return rows
    return rows.filter(created_by=user)


def latest_trials(user: User) -> list[FileTrial]:
    return list(trials_visible_to(user).defer("columns").order_by("-pk")[:SHOWN])


def trial_page(trial: FileTrial, user: User, now: datetime) -> dict[str, Any]:
    """The run, and what came of it once there is something."""
    run = trial.run
    if run is None:
        raise LookupError(f"Trial {trial.pk} has no run.")
    context = {
        "trial": trial,
        **described(run),
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
        "may_import": permissions.access_of(user).may("crm.import.use"),
        "kept_days": KEPT.days,
    }
    return context | _shown(trial, run.is_active) if trial.result else context


def _shown(trial: FileTrial, is_active: bool) -> dict[str, Any]:
    result = trial.result
    names: dict[str, Any] = {name: name for name in trial.names}
    shown = shown_metrics(result, result["algorithm"], names)
    strong = [one for one in result["suspected"] if one["severity"] == "strong"]
    return {
        **shown,
        # The verdict tells of the top 10 % already.
        "figures": [shown["figures"][0], _lift_of_top(result), *shown["figures"][2:]],
        "has_result": not is_active,
        "has_signal": result["has_signal"],
        "known_late": explained(strong, names),
        "suspects": explained([one for one in result["suspected"] if one not in strong], names),
        "asked": explained(result["asked"], names),
        "unusable": _by_reason(explained(result["unusable"], names)),
        "fairness": compared_tables(result["fairness"], names, {}),
        "lift": result["lift"],
        "lift_chart": _lift_chart(result),
    }


def _by_reason(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns that cannot be used for the same reason, in one line."""
    names: dict[str, list[str]] = {}
    for field in fields:
        names.setdefault(field["reasons"][0], []).append(field["label"])
    comma = pgettext("punctuation", ", ")
    return [{"label": comma.join(each), "reasons": [reason]} for reason, each in names.items()]


def _lift_of_top(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": _("Lift of the top 20%"),
        "value": number(result["lift_top20"], 2),
        "note": _("times as many convert as of all"),
    }


def _lift_chart(result: dict[str, Any]) -> dict[str, Any]:
    """Shares that converted, by tenth of the rows, the likeliest first."""
    rows = result["lift"]
    overall = result["base_rate"]
    return {
        "x": [str(row["part"]) for row in rows],
        "s": [
            {"n": _("Converted"), "v": [round(row["rate"], 4) for row in rows]},
            {
                "n": _("of all: %(rate)s") % {"rate": percent(overall)},
                "v": [round(overall, 4)] * len(rows),
                "c": "c8",
            },
        ],
        "format": "percent",
    }
