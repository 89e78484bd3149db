"""The page of data quality."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from core import permissions
from core.pages import render_page, status_of_poll
from core.permissions import signed_in
from core.queries.quality import KIND, QualityFigures, TypeQuality
from core.values import grouped

RUN_RIGHTS = ("core.job.view", "core.settings.manage")


@signed_in
@require_GET
def data_quality(request: HttpRequest) -> HttpResponse:
    """What is missing and wrong in the records that the user may see, a type at a time."""
    user = permissions.user_of(request)
    figures = QualityFigures(user)
    wanted = request.GET.get("type", "")
    types = figures.types
    shown = next((it for it in types if it.kind.key == wanted), types[0] if types else None)
    context = {
        "figures": figures,
        "kpis": [_kpi(it, is_shown=it is shown) for it in types],
        "shown": shown,
        "kind_key": KIND,
        "may_run": all(figures.access.may(right) for right in RUN_RIGHTS),
    }
    # Once the run has ended the whole page is asked for again, with its figures.
    response = render_page(
        request,
        "core/quality.html",
        context,
        parts={"quality-run": "progress"},
        status=status_of_poll(request, is_over=figures.active is None),
    )
    if figures.active is None and response.status_code != 200:
        response["HX-Refresh"] = "true"
    return response


def _kpi(it: TypeQuality, *, is_shown: bool) -> dict[str, object]:
    number = ngettext("%(count)s record", "%(count)s records", it.total)
    return {
        "label": it.kind.plural,
        "value": f"{it.complete_percent:.0f}%" if it.total else "–",
        "unit": _("complete") if it.total else "",
        "url": f"{reverse('data_quality')}?type={it.kind.key}",
        "spark": it.complete_trend if len(it.complete_trend) > 1 else None,
        "note": number % {"count": grouped(it.total)},
        "is_current": is_shown,
    }
