"""Versions of the lead score: which there are, how good they are, letting one serve."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.queries.lead_score_versions import STATE_REASONS
from analytics.queries.lead_scores import KIND
from analytics.services.lead_score_versions import promote
from analytics.services.rescoring import rescore_all
from core import permissions
from core.api import lists
from core.api.base import ApiView, user_of
from core.api.described import (
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.choices import VersionState
from core.models import ModelVersion, User
from core.telling.values import moment

VIEW, RUN = "analytics.lead_score.view", "analytics.lead_score.run"
FIGURES = (
    "roc_auc",
    "roc_auc_lower",
    "roc_auc_upper",
    "average_precision",
    "log_loss",
    "brier",
    "calibration_error",
    "base_rate",
)
VERSION = thing(
    {
        "number": ID,
        "state": {"enum": VersionState.values},
        "reason": {"enum": ["", *STATE_REASONS], "description": "Why it is in this state."},
        "algorithm": TEXT,
        "rows": {"type": "integer", "minimum": 0, "description": "Closed leads learned from."},
        "fields": {"type": "array", "items": TEXT, "description": "Those that you may see."},
        "figures": {
            "type": "object",
            "description": "On leads that it had not seen.",
            "properties": dict.fromkeys(FIGURES, NUMBER),
        },
        "trained_at": MAYBE_MOMENT,
        "promoted_at": MAYBE_MOMENT,
    }
)


def _told(version: ModelVersion, user: User) -> Json:
    access = permissions.access_of(user)
    names = [feature["name"] for feature in version.features]
    return {
        "number": version.number,
        "state": version.state,
        "reason": version.reason,
        "algorithm": version.algorithm,
        "rows": version.rows,
        "fields": [name for name in names if access.sees(name)],
        "figures": {name: version.metrics[name] for name in FIGURES if name in version.metrics},
        "trained_at": moment(version.created_at),
        "promoted_at": moment(version.promoted_at),
    }


class Versions(ApiView):
    """All versions of the lead score."""

    rights = {"GET": VIEW}

    @described("Versions of the lead score", query=lists.PAGING, answers={200: listed(VERSION)})
    def get(self, request: Request) -> Response:
        user = user_of(request)
        rows: Any = ModelVersion.objects.filter(kind=KIND)
        return lists.answer(request, rows, lambda row: _told(row, user), newest_first=True)


class VersionView(ApiView):
    """One version, by its number."""

    def version(self, number: int) -> ModelVersion:
        found = ModelVersion.objects.filter(kind=KIND, number=number).first()
        if found is None:
            raise Http404
        return found


class Version(VersionView):
    """Its figures."""

    rights = {"GET": VIEW}

    @described("A version of the lead score", answers={200: VERSION})
    def get(self, request: Request, number: int) -> Response:
        return Response(_told(self.version(number), user_of(request)))


class VersionPromote(VersionView):
    """It serves from now on."""

    rights = {"POST": RUN}

    @described(
        "Promote a version of the lead score",
        description="It serves, and all open leads are scored with it; follow the run under /jobs/.",
        headers=(IDEMPOTENCY,),
        answers={200: thing({"version": VERSION, "run": ID})},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, number: int) -> Response:
        user = user_of(request)
        promote(version=self.version(number), by=user)
        run = rescore_all(by=user)
        return Response({"version": _told(self.version(number), user), "run": run.pk})
