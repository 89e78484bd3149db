"""Starting a job by the API: the run that it makes, or the one that is at work already."""

from functools import partial

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import user_of
from core.api.described import FLAG, ID, IDEMPOTENCY, WRITE_FAILS, described, thing
from core.services.jobs import start_run
from core.tasks import wake

# Takes the summary of the end point.
starting = partial(
    described,
    description="Follow the run under /jobs/. While one is at work, that one is the answer.",
    headers=(IDEMPOTENCY,),
    answers={200: thing({"run": ID, "is_active": FLAG})},
    fails=WRITE_FAILS,
)


def started(request: Request, kind: str) -> Response:
    run = start_run(kind=kind, by=user_of(request), as_of=timezone.now())
    wake(run.pk)
    return Response({"run": run.pk, "is_active": run.is_active})
