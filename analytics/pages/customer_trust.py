"""How far the value ahead can be trusted: what it and simple rules would have said of the last third of the time."""

from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.choices import AS_BEFORE, BG_NBD, MEAN_RATE
from analytics.queries.lifetime_value import field_labels
from core.models import ModelVersion
from core.phrases import day_text, money, number, percent, signed

WAYS = {
    BG_NBD: gettext_noop("Model of buying and leaving"),
    AS_BEFORE: gettext_noop("Everybody goes on as before"),
    MEAN_RATE: gettext_noop("Everybody buys like the average"),
}
WHY_NO_CHURN = {
    "few_quiet": gettext_noop(
        "Only %(found)s customers were ever quiet for %(days)s days; 50 are needed to learn who goes quiet."
    ),
    "few_active": gettext_noop(
        "Only %(found)s customers did anything in any %(days)s days after they had bought; 50 are needed to "
        "learn who goes quiet."
    ),
    "no_signal": gettext_noop(
        "What is known of customers does not tell who goes quiet; chances would be luck."
    ),
    "": gettext_noop("What is known of customers does not suffice to learn who goes quiet."),
}
RELATED = 0.3  # rank correlation from which independence is doubtful
SHOWN_DRIVERS = 6
LOW_COVER = 0.7
FAR_OFF = 0.25


def trust_of(live: ModelVersion) -> dict[str, Any] | None:
    """The ways beside each other; nothing where the past is too short to withhold a part of it."""
    told = live.metrics
    if "ways" not in told:
        return None
    model = next(row for row in told["ways"] if row["way"] == BG_NBD)
    errors = told.get("past_errors", [])
    return {
        "weeks": number(told["weeks"]),
        "cut": day_text(parse_date(told["cut"])),  # type: ignore[arg-type]  # stored by the job
        "customers": told["withheld_customers"],
        "serves_model": told["serves"] == BG_NBD,
        "is_far_off": abs(model["total_error"] or 0) > FAR_OFF,
        "has_values": "value_rmse" in model,
        "rows": [
            {
                "label": _(WAYS[row["way"]]),
                "total": _off(row["total_error"]),
                "rmse": number(row["rmse"], 2),
                "value_total": _off(row.get("value_total_error")),
                "is_chosen": row["way"] == told["serves"],
            }
            for row in told["ways"]
        ],
        "covered": told["covered"],
        "value_covered": told.get("value_covered"),
        "is_low": told["covered"] < LOW_COVER,
        "past": [_off(error) for error in errors],
        "is_related": abs(live.parameters.get("correlation") or 0) >= RELATED,
        "correlation": live.parameters.get("correlation"),
    }


def _off(share: float | None) -> str:
    return "–" if share is None else f"{signed(100 * share)}%"


def parameters_of(live: ModelVersion, currency: str) -> list[dict[str, Any]]:
    """The parameters with what they mean."""
    told = live.parameters
    if told.get("r") is None:
        return []
    rows = [
        {
            "name": "r, α",
            "value": f"{number(told['r'], 3)}, {number(told['alpha'], 3)}",
            "meaning": _("Customers buy every %(weeks)s weeks on average while they are there")
            % {"weeks": number(told["alpha"] / told["r"], 1)},
        },
        {
            "name": "a, b",
            "value": f"{number(told['a'], 3)}, {number(told['b'], 3)}",
            "meaning": _("After a repeat purchase %(share)s of them leave on average")
            % {"share": percent(told["a"] / (told["a"] + told["b"]))},
        },
    ]
    if told.get("p") is not None:
        rows.append(
            {
                "name": "p, q, v",
                "value": ", ".join(number(told[name], 2) for name in ("p", "q", "v")),
                "meaning": _("A purchase comes to %(amount)s on average")
                % {"amount": money(round(told["mean_value"]), currency)},
            }
        )
    return rows


def churn_of(live: ModelVersion) -> dict[str, Any] | None:
    """What is to be said of the model for those who did not come back."""
    told = live.metrics.get("churn")
    if told is None:
        return None
    why_not = told.get("why_not", "")
    words = {"days": told["days"], "found": number(told.get("found", 0))}
    labels = field_labels()
    drivers = [row for row in told.get("drivers", []) if row["field"] in labels][:SHOWN_DRIVERS]
    most = max((row["weight"] for row in drivers), default=0)
    return {
        **told,
        "serves": not why_not,
        "sentence": _(WHY_NO_CHURN.get(why_not, WHY_NO_CHURN[""])) % words if why_not else "",
        "drivers": [
            {
                "label": str(labels[row["field"]]),
                "share": round(100 * row["weight"] / most) if most else 0,
            }
            for row in drivers
        ],
    }
