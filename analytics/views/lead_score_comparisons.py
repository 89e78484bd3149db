"""Two versions of the lead score side by side, and how scores would change between them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from analytics.queries.lead_score_comparison import (
    COMPARISON,
    comparison_page,
    last_comparison,
    score_change,
)
from analytics.queries.lead_score_versions import tested_versions
from analytics.queries.lead_scores import KIND
from core import permissions
from core.ids import id_in
from core.models import ModelVersion
from core.pages import render_page, status_of_poll
from core.permissions import requires
from core.services.jobs import start_run
from core.tasks import wake
from crm.queries.scores import POINTS_RULES


@requires("analytics.lead_score.view")
def lead_score_compare(request: HttpRequest) -> HttpResponse:
    """The two that are asked for, or the newest two; the part with the scores polls while they are worked out."""
    versions = list(tested_versions())
    numbers = [id_in(request.GET.get(name, "")) for name in ("a", "b")]
    if None in numbers and len(versions) > 1:
        numbers = [versions[1].number, versions[0].number]
    context = {"versions": versions, "numbers": numbers}
    if None in numbers:
        return render_page(request, "analytics/lead_score_compare.html", context)
    a, b = (_version(number) for number in numbers)
    run = last_comparison(a, b)
    context |= comparison_page(a, b, permissions.user_of(request))
    context |= {"run": run, "change": score_change(run) if run else None}
    status = status_of_poll(request, is_over=run is None or not run.is_active)
    template = "analytics/lead_score_compare.html"
    return render_page(request, template, context, parts={"change": "change"}, status=status)


@requires("analytics.lead_score.run")
@require_POST
def lead_score_compare_start(request: HttpRequest) -> HttpResponse:
    """Score a sample of the open leads with both."""
    a, b = (_version(id_in(request.POST.get(name, ""))).number for name in ("a", "b"))
    user = permissions.user_of(request)
    run = start_run(kind=COMPARISON, by=user, as_of=timezone.now(), scope={"a": a, "b": b})
    wake(run.pk)
    return redirect(f"{reverse('lead_score_compare')}?a={a}&b={b}")


def _version(number: int | None) -> ModelVersion:
    models = ModelVersion.objects.filter(kind=KIND).exclude(algorithm=POINTS_RULES)
    return get_object_or_404(models, number=number)
