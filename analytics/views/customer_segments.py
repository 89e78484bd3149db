"""Pages of customer segments: personas, RFM cells, movement, the model."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.forms.customer_segments import OptionsForm, SegmentForm
from analytics.models import SegmentOptions
from analytics.pages.customer_cells import cells_context, moves_context
from analytics.pages.customer_model import model_context, why_not_text
from analytics.pages.customer_segments import overview_context, segment_context
from analytics.queries.customer_segments import sees_segments
from analytics.services.customer_segments import name_segment, set_options
from core import permissions
from core.pages import UNPROCESSABLE, leave_for, refusals_in, render_page
from core.permissions import requires
from core.views.list_tools import render_tool
from crm.models import CustomerSegment

VIEW = "analytics.customer_segments.view"


@requires(VIEW)
def customer_segments(request: HttpRequest) -> HttpResponse:
    """The personas, or why there are none."""
    context = overview_context(permissions.user_of(request))
    if context.get("is_without"):
        context["why_not"] = why_not_text(context["why_not"])
    return render_page(request, "analytics/customer_segments.html", context)


def _segment(request: HttpRequest, pk: int) -> CustomerSegment:
    """A segment of the version that serves, for those who may see segments."""
    access = permissions.access_of(permissions.user_of(request))
    rows = CustomerSegment.objects.current().select_related("version", "named_by")
    return get_object_or_404(rows if sees_segments(access) else rows.none(), pk=pk)


@requires(VIEW)
def customer_segment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One persona."""
    segment = _segment(request, pk)
    context = segment_context(permissions.user_of(request), segment)
    return render_page(request, "analytics/customer_segment.html", context)


@requires("analytics.customer_segments.name")
def customer_segment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What people call it."""
    segment, is_sent = _segment(request, pk), request.method == "POST"
    form = SegmentForm(request.POST if is_sent else None, segment=segment)
    back = reverse("customer_segment_detail", args=[segment.pk])
    if is_sent and form.is_valid():
        with refusals_in(form):
            user = permissions.user_of(request)
            name_segment(segment=segment, **form.cleaned_data, by=user, at=timezone.now())
            messages.success(request, _("The segment is saved."))
            return leave_for(request, back)
    context = {
        "form": form,
        "segment": segment,
        "action": reverse("customer_segment_edit", args=[segment.pk]),
        "back": back,
    }
    template = "analytics/segments/name_form.html"
    status = UNPROCESSABLE if is_sent else 200
    return render_tool(request, _("Name the segment"), template, context, status=status)


@requires(VIEW)
def customer_cells(request: HttpRequest) -> HttpResponse:
    """The heat map of recency and frequency."""
    context = cells_context(permissions.user_of(request))
    return render_page(request, "analytics/customer_cells.html", context)


@requires(VIEW)
def customer_moves(request: HttpRequest) -> HttpResponse:
    """From which segment to which contacts went."""
    context = moves_context(permissions.user_of(request))
    return render_page(request, "analytics/customer_moves.html", context)


@requires(VIEW)
def customer_segment_model(request: HttpRequest) -> HttpResponse:
    """How many groups, how sure, from what."""
    context = model_context(permissions.user_of(request))
    return render_page(request, "analytics/customer_segment_model.html", context)


@requires("analytics.customer_segments.run")
def customer_segment_options(request: HttpRequest) -> HttpResponse:
    """What the model may read."""
    is_sent = request.method == "POST"
    form = OptionsForm(request.POST if is_sent else None, options=SegmentOptions.current())
    back = reverse("customer_segment_model")
    if is_sent and form.is_valid():
        user = permissions.user_of(request)
        set_options(**form.cleaned_data, by=user, at=timezone.now())
        messages.success(request, _("Saved. It counts from the next training on."))
        return leave_for(request, back)
    context = {"form": form, "action": reverse("customer_segment_options"), "back": back}
    template = "analytics/segments/options_form.html"
    status = UNPROCESSABLE if is_sent else 200
    return render_tool(request, _("What the model reads"), template, context, status=status)
