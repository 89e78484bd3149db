"""Whether the leads that are scored now still look like those of training, in words."""

from typing import Any

from django.utils.translation import gettext as _

from core.models import JobRun, ModelVersion

SHIFTED = 0.2
SHOWN_FIELDS = 6


def drift_of(
    version: ModelVersion, run: JobRun | None, labels: dict[str, Any], words: dict[str, Any]
) -> dict[str, Any] | None:
    """The index of the score and of each field that may be seen, the most shifted first.

    None where the last scoring with this version has not told.
    """
    told = run.result.get("drift") if run else None
    if run is None or told is None:
        return None
    reference = {field["field"]: field for field in version.metrics["reference"]["fields"]}
    fields = [
        {
            "label": labels[one["field"]],
            **_judged(one),
            "moves": _moves(one, reference[one["field"]], words.get(one["field"], {})),
        }
        for one in told["fields"]
        if one["field"] in labels
    ]
    fields.sort(key=lambda one: -float(one["psi"]))
    score = _judged(told["score"])
    shifted = sum(one["has_shifted"] for one in fields)
    return {
        "at": run.as_of,
        "leads": told["leads"],
        "has_moments": bool(version.parameters.get("has_moments")),
        "score": score,
        "fields": fields[: max(SHOWN_FIELDS, shifted)],
        "shifted": shifted,
        "has_shifted": bool(shifted) or score["has_shifted"],
    }


def _judged(one: dict[str, Any]) -> dict[str, Any]:
    """Shifted is what lies above the custom and above what chance does with so few leads."""
    is_large, is_chance = one["psi"] > SHIFTED, one["psi"] <= one["noise"]
    return {
        "psi": one["psi"],
        "has_shifted": is_large and not is_chance,
        "is_unsure": is_large and is_chance,
    }


def _moves(
    one: dict[str, Any], field: dict[str, Any], words: dict[str, str]
) -> list[dict[str, Any]]:
    names = _state_words(field, words)
    return [{**move, "state": names[move["state"]]} for move in one["moves"]]


def _state_words(field: dict[str, Any], words: dict[str, str]) -> list[str]:
    """What a person reads for each state; the rare and the missing one stand last where they occur."""
    named = [words.get(state, str(state)) for state in field["states"]]
    if field["has_missing"]:
        named[-1] = _("not answered")
    if field["has_rare"]:
        named[-2 if field["has_missing"] else -1] = _("rare values")
    return [*named, _("new or unanswered")]
