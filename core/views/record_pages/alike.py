"""Records like the one that somebody is about to make, while it is being typed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from core import permissions
from core.pages.records import page_or_404
from core.permissions import requires_of_record


@requires_of_record("create")
@require_POST
def record_alike(request: HttpRequest, object_type: str) -> HttpResponse:
    """What the form would warn of, by the fields that are filled so far."""
    page = page_or_404(object_type)
    user = permissions.user_of(request)
    form = page.form(request.POST, page=page, record=page.record_type.model(), user=user)
    form.full_clean()
    form.look_for_duplicates()
    return render(request, "core/record/duplicates.html", {"form": form})
