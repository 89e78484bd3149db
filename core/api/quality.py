"""Data quality: the figures of the latest run, as far as the caller may see the records."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import SIGNED_IN, ApiView, user_of
from core.api.described import ID, MAYBE_MOMENT, TEXT, Json, described, thing
from core.queries.quality import Finding, QualityFigures, TypeQuality
from core.telling.values import moment

COUNT: Json = {"type": "integer", "minimum": 0}
FINDING = thing(
    {
        "key": TEXT,
        "label": TEXT,
        "count": COUNT,
        "conditions": {
            "type": "array",
            "items": TEXT,
            "description": "What the records have to meet, as `if` of a list takes it.",
        },
        "url": {**TEXT, "description": "The list of exactly these records."},
        "trend": {
            "type": "array",
            "items": COUNT,
            "description": "The figure of the latest run of each day, the oldest first.",
        },
    }
)
FIELD = thing({"field": TEXT, "label": TEXT, "filled": COUNT, "empty": COUNT, "url": TEXT})
TYPE = thing(
    {
        "type": TEXT,
        "total": COUNT,
        "checks": {"type": "array", "items": FINDING},
        "completeness": {"type": "array", "items": FIELD},
    }
)
QUALITY = thing(
    {
        "run": {"anyOf": [ID, {"type": "null"}]},
        "as_of": MAYBE_MOMENT,
        "stale_after_days": COUNT,
        "results": {"type": "array", "items": TYPE},
    }
)


class DataQuality(ApiView):
    """What is missing and wrong; a run of `core.data_quality` counts it anew."""

    rights = {"GET": SIGNED_IN}

    @described("Figures of data quality", answers={200: QUALITY})
    def get(self, request: Request) -> Response:
        figures = QualityFigures(user_of(request))
        run = figures.run
        return Response(
            {
                "run": run.pk if run else None,
                "as_of": moment(run.as_of) if run else None,
                "stale_after_days": figures.given.days,
                "results": [_told(it) for it in figures.types] if run else [],
            }
        )


def _told(it: TypeQuality) -> dict[str, Any]:
    return {
        "type": it.kind.key,
        "total": it.total,
        "checks": [_finding(check) for check in it.checks],
        "completeness": [
            {
                "field": field.key,
                "label": str(field.label),
                "filled": field.filled,
                "empty": field.count,
                "url": field.url,
            }
            for field in it.fields
        ],
    }


def _finding(check: Finding) -> dict[str, Any]:
    return {
        "key": check.key,
        "label": str(check.label),
        "count": check.count,
        "conditions": list(check.parameters),
        "url": check.url,
        "trend": list(check.trend),
    }
