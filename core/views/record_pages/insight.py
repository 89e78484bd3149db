"""What the apps above have found out about a record: read after its page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from core import permissions
from core.pages import render_page
from core.pages.records import head_context, page_or_404, record_or_404
from core.permissions import requires_of_record
from core.registries.panels import filled_panels


@requires_of_record("view")
@require_GET
def record_insight(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """The panels that are read later: a part of the record's page, and a page of its own."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user)
    insight = filled_panels(f"{object_type}.insight", record, user, is_later=True)
    context = {**head_context(page, record, user), "insight": insight}
    return render_page(
        request, "core/record/insight_page.html", context, parts={"record-insight": "insight"}
    )
