"""Jobs: what kinds there are, what runs, starting, cancelling, going on."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import SIGNED_IN, ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.choices import RunState
from core.jobs.kinds import job_kinds
from core.models import JobRun
from core.queries.jobs import steps_of, visible_kinds, visible_runs
from core.services.jobs import cancel_run, resume_run, start_run
from core.tasks import wake
from core.telling.values import moment

VIEW = "core.job.view"
PROPERTIES: Json = {
    "id": ID,
    "kind": TEXT,
    "title": TEXT,
    "state": {"enum": RunState.values},
    "progress": {"type": "integer", "minimum": 0, "maximum": 100},
    "as_of": MAYBE_MOMENT,
    "started_at": MAYBE_MOMENT,
    "finished_at": MAYBE_MOMENT,
    "error": MAYBE_TEXT,
    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
}
STEP = thing({"label": TEXT, "state": {"enum": ["done", "now", "failed"]}, "detail": MAYBE_TEXT})
RUN = thing({**PROPERTIES, "seconds_left": MAYBE_NUMBER, "steps": {"type": "array", "items": STEP}})


def _told(run: JobRun) -> Json:
    kind = job_kinds[run.kind]
    return {
        "id": run.pk,
        "kind": run.kind,
        "title": kind.title(run.scope),
        "state": run.state,
        "progress": run.progress,
        "as_of": moment(run.as_of),
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        "error": str(run.error_text) or None,
        "counts": {name: run.result[name] for name in kind.counts if name in run.result},
    }


def _whole(run: JobRun) -> Json:
    left = run.seconds_left(timezone.now())
    steps = [
        {"label": str(s["label"]), "state": s["state"], "detail": str(s["detail"] or "") or None}
        for s in steps_of(run)
    ]
    return {
        **_told(run),
        "seconds_left": round(left) if left is not None else None,
        "steps": steps,
    }


class Kinds(ApiView):
    """The kinds of jobs that the caller may start or see."""

    rights = {"GET": VIEW}

    @described(
        "Kinds of jobs",
        answers={200: listed(thing({"kind": TEXT, "label": TEXT, "can_run_now": FLAG}))},
    )
    def get(self, request: Request) -> Response:
        kinds = visible_kinds(permissions.access_of(user_of(request)))
        told = [
            {"kind": kind.key, "label": str(kind.label), "can_run_now": kind.can_run_now}
            for kind in kinds
        ]
        return Response({"results": told, "next": None})


class Runs(ApiView):
    """What runs and what ran."""

    rights = {"GET": VIEW, "POST": VIEW}

    @described("Runs of jobs", query=lists.PAGING, answers={200: listed(thing(PROPERTIES))})
    def get(self, request: Request) -> Response:
        return lists.answer(request, visible_runs(user_of(request)), _told, newest_first=True)

    @described(
        "Start a job",
        description="While one like it runs, that run is the answer.",
        takes=thing({"kind": TEXT}),
        headers=(IDEMPOTENCY,),
        answers={201: RUN},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        kind = body_of(request).get("kind")
        known = {each.key for each in job_kinds if each.can_run_now}
        if not isinstance(kind, str) or kind not in known:
            raise InvalidError({"kind": [_("Choose one of the kinds that can run now.")]})
        run = start_run(kind=kind, by=user_of(request), as_of=timezone.now())
        wake(run.pk)
        return Response(_whole(run), 201)


class RunView(ApiView):
    """One run of the caller's, or one that the caller may see."""

    scope_of = "core.job"

    def run(self, request: Request, pk: int) -> JobRun:
        found = visible_runs(user_of(request)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class Run(RunView):
    """How far a run is."""

    rights = {"GET": SIGNED_IN}

    @described("A run, with its progress", answers={200: RUN})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_whole(self.run(request, pk)))


class RunCancel(RunView):
    """Ask the workers to stop."""

    rights = {"POST": SIGNED_IN}

    @described("Cancel a run", headers=(IDEMPOTENCY,), answers={200: RUN}, fails=WRITE_FAILS)
    @once
    def post(self, request: Request, pk: int) -> Response:
        run = self.run(request, pk)
        cancel_run(run=run, by=user_of(request))
        wake(run.pk)
        return Response(_whole(self.run(request, pk)))


class RunResume(RunView):
    """Go on with a run that failed or was cancelled."""

    rights = {"POST": SIGNED_IN}

    @described("Go on with a run", headers=(IDEMPOTENCY,), answers={200: RUN}, fails=WRITE_FAILS)
    @once
    def post(self, request: Request, pk: int) -> Response:
        run = self.run(request, pk)
        resume_run(run=run, by=user_of(request))
        wake(run.pk)
        return Response(_whole(self.run(request, pk)))
