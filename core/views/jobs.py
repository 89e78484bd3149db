"""Job runs: what runs, what ran, starting and cancelling."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import permissions
from core.jobs.kinds import job_kinds
from core.pages import render_page, status_of_poll
from core.permissions import requires, signed_in
from core.queries.jobs import described, last_runs, steps_of, visible_kinds, visible_runs
from core.services.jobs import cancel_run, resume_run, start_run
from core.services.schedules import HOURS
from core.tasks import wake

EARLIER = 10


@requires("core.job.view")
def job_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    kinds = visible_kinds(permissions.access_of(user))
    runs = visible_runs(user).order_by("-pk")[:50]
    context = {
        "kinds": last_runs(kinds),
        "hours": HOURS,
        "may_schedule": permissions.access_of(user).may("core.settings.manage"),
        "runs": [described(run) for run in runs],
        "is_running": any(run.is_active for run in runs),
    }
    return render_page(request, "core/job_list.html", context, parts={"runs": "runs"})


@signed_in
def job_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, live: the page polls its body until the run has ended."""
    run = get_object_or_404(visible_runs(permissions.user_of(request)), pk=pk)
    now = timezone.now()
    earlier = (
        visible_runs(permissions.user_of(request))
        .filter(question=run.question)
        .exclude(pk=run.pk)
        .order_by("-pk")[:EARLIER]
    )
    context = {
        **described(run),
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
        "earlier": [described(other) for other in earlier],
    }
    status = status_of_poll(request, is_over=not run.is_active)
    return render_page(request, "core/job_run.html", context, parts={"run": "run"}, status=status)


@requires("core.job.view")
@require_POST
def job_start(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask a question of the table now; refused for kinds that need a scope."""
    known = {k.key: k for k in job_kinds if k.can_run_now}
    if kind not in known:
        return HttpResponse(status=404)
    run = start_run(kind=kind, by=permissions.user_of(request), as_of=timezone.now())
    wake(run.pk)
    return redirect("job_run", pk=run.pk)


@signed_in
@require_POST
def job_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a run that failed or was cancelled."""
    run = get_object_or_404(visible_runs(permissions.user_of(request)), pk=pk)
    resume_run(run=run, by=permissions.user_of(request))
    wake(run.pk)
    return redirect("job_run", pk=run.pk)


@signed_in
@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(visible_runs(permissions.user_of(request)), pk=pk)
    cancel_run(run=run, by=permissions.user_of(request))
    wake(run.pk)
    return redirect("job_run", pk=run.pk)
