"""Segments: list, page, editor with a live count, members, keeping and putting away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.conditions import Viewpoint, asks_who_asks, from_json, leaves
from core.errors import Refused
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.lists import list_context
from core.pages import UNPROCESSABLE, is_by_htmx, leave_for, refusals_in, render_page, target_of
from core.pages.records import detail_page
from core.permissions import requires
from core.tasks import wake
from core.views.list_tools import look_after_indexes
from crm.models import Contact
from marketing.choices import SegmentKind
from marketing.forms.segments import SegmentForm
from marketing.models import Segment
from marketing.pages.segments import MemberForm
from marketing.queries.segment_rules import contact_type
from marketing.queries.segments import Counted, count_of, run_of
from marketing.services.memberships import add_to_list, remove_from_list
from marketing.services.segments import (
    archive_segment,
    duplicate_segment,
    reconcile_segment,
    save_segment,
)
from marketing.tables import SEGMENTS

FORM, READS, COUNT = "segment-form", "rule-reads", "segment-count"


def _segment(request: HttpRequest, pk: int, action: str = "view") -> Segment:
    user = permissions.user_of(request)
    rows = Segment.objects.visible_to(user, action).select_related("owner")
    found: Segment = get_object_or_404(rows, pk=pk)
    return found


@requires("marketing.segment.view")
def segment_list(request: HttpRequest) -> HttpResponse:
    context = list_context(SEGMENTS, request)
    look_after_indexes(context["state"])
    return render_page(request, "core/list/page.html", context, parts={"list": "list"})


@requires("marketing.segment.view")
def segment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "marketing.segment", pk)


# -- the editor ------------------------------------------------------------------------------------


@requires("marketing.segment.create")
def segment_create(request: HttpRequest) -> HttpResponse:
    """A new one; the address may say that it is a list."""
    kind = request.GET.get("kind", "")
    segment = Segment(kind=kind if kind in SegmentKind.values else SegmentKind.DYNAMIC)
    return _editor(request, segment)


@requires("marketing.segment.edit")
def segment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _editor(request, _segment(request, pk, "edit"))


def _editor(request: HttpRequest, segment: Segment) -> HttpResponse:
    """The form; it is changed line by line, counted, or saved."""
    view = Viewpoint(permissions.user_of(request), timezone.localtime())
    is_sent = request.method == "POST"
    is_done = is_sent and "save" in request.POST
    form = SegmentForm(
        request.POST if is_done else None, segment=segment, typed=request.POST if is_sent else None
    )
    builder = _builder(request, segment, view, is_applied=is_done)
    if is_done and form.is_valid():
        with refusals_in(form):
            return _saved(request, form, builder, view)
    context = {
        "form": form,
        "segment": segment,
        "builder": builder,
        "is_dynamic": form.is_dynamic,
        "action": request.get_full_path(),
    }
    return _answer(request, context, view, is_refused=is_done)


def _saved(
    request: HttpRequest, form: SegmentForm, builder: Builder, view: Viewpoint
) -> HttpResponse:
    segment = form.filled()
    if segment.is_dynamic:
        segment.condition = builder.answer().as_json()
    save_segment(segment=segment, by=view.user, at=view.now)
    run = run_of(segment)
    if run is not None:
        wake(run.pk)
    messages.success(request, _("The segment “%(name)s” is saved.") % {"name": segment.name})
    return leave_for(request, segment.get_absolute_url())


def _builder(
    request: HttpRequest, segment: Segment, view: Viewpoint, *, is_applied: bool
) -> Builder:
    """The condition as the form holds it, else that of the segment, else an empty line."""
    if "entry" in request.POST:
        draft = draft_from(request.POST)
    elif segment.condition:
        draft = draft_of(from_json(segment.condition))
    else:
        draft = Branch(entries=(Line(),))
    return Builder(draft, contact_type(), view, is_applied=is_applied)


def _answer(
    request: HttpRequest, context: dict[str, Any], view: Viewpoint, *, is_refused: bool
) -> HttpResponse:
    """The page, or the part that changes while somebody edits."""
    builder, target = context["builder"], target_of(request)
    if target == READS:
        return render(request, "marketing/segments/reads.html", context)
    if target == COUNT:
        return render(request, "marketing/segments/counted.html", context | _counted(builder, view))
    context |= {
        "is_added": bool({"add", "group"} & set(request.POST)),
        "is_dropped": "drop" in request.POST,
        # Scripts ask for the count when the page is there: it may take seconds.
        **_counted(builder, view, is_asked=request.method == "POST" and not is_by_htmx(request)),
    }
    template = "marketing/segments/form.html" if target == FORM else "marketing/segments/edit.html"
    answer = render(request, template, context, status=UNPROCESSABLE if is_refused else 200)
    answer["Vary"] = "HX-Request"
    return answer


def _counted(builder: Builder, view: Viewpoint, *, is_asked: bool = True) -> dict[str, Any]:
    """How many contacts the lines mean so far; nothing where they ask nothing yet."""
    condition = builder.condition
    if condition is None or not any(True for _leaf in leaves(condition)):
        return {"counted": None, "is_personal": False}
    is_personal = asks_who_asks(condition)
    counted: Counted | None = count_of(condition, view) if is_asked else None
    return {"counted": counted, "is_personal": is_personal}


# -- what is done with one -------------------------------------------------------------------------


@requires("marketing.segment.edit")
@require_POST
def segment_reconcile(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask all contacts now."""
    segment = _segment(request, pk, "edit")
    user = permissions.user_of(request)
    run = reconcile_segment(segment=segment, by=user, at=timezone.now())
    wake(run.pk)
    if permissions.access_of(user).may("core.job.view"):
        return redirect("job_run", pk=run.pk)
    messages.success(request, _("All contacts are being asked anew."))
    return redirect(segment)


@requires("marketing.segment.view")
@require_POST
def segment_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    copy = duplicate_segment(segment=_segment(request, pk), by=user, at=timezone.now())
    messages.success(request, _("This is the copy. Give it a name of its own."))
    return redirect("segment_edit", pk=copy.pk)


@requires("marketing.segment.edit")
@require_POST
def segment_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away, or bring it back."""
    segment, is_archived = _segment(request, pk, "edit"), request.POST.get("on") == "1"
    archive_segment(
        segment=segment,
        is_archived=is_archived,
        by=permissions.user_of(request),
        at=timezone.now(),
    )
    said = (
        _("“%(name)s” is archived: its members stay as they are.")
        if is_archived
        else _("“%(name)s” is in use again.")
    )
    messages.success(request, said % {"name": segment.name})
    return redirect(segment)


@requires("marketing.segment.edit")
@require_POST
def segment_members(request: HttpRequest, pk: int) -> HttpResponse:
    """A contact onto the list, or off it."""
    segment, user = _segment(request, pk, "edit"), permissions.user_of(request)
    if "remove" in request.POST:
        contact = get_object_or_404(
            Contact.objects.visible_to(user), pk=_number(request.POST["remove"])
        )
        remove_from_list(segment=segment, contacts=[contact.pk], by=user, at=timezone.now())
        messages.success(request, _("Taken off the list."))
        return redirect(segment)
    form = MemberForm(request.POST, user=user)
    if form.is_valid():
        contacts = [form.cleaned_data["contact"].pk]
        number = add_to_list(segment=segment, contacts=contacts, by=user, at=timezone.now())
        _say_added(request, number)
    else:
        messages.error(request, _("Choose a contact from the suggestions."))
    return redirect(segment)


@requires("marketing.segment.edit")
@require_POST
def contact_lists(request: HttpRequest, pk: int) -> HttpResponse:
    """From the contact's page: onto a list, or off it."""
    user = permissions.user_of(request)
    contact = get_object_or_404(Contact.objects.visible_to(user), pk=pk)
    is_removed = "remove" in request.POST
    number = _number(request.POST.get("remove" if is_removed else "segment", ""))
    if not number:
        raise Refused(_("Choose a list first."))
    segment, at = _segment(request, number, "edit"), timezone.now()
    if is_removed:
        remove_from_list(segment=segment, contacts=[contact.pk], by=user, at=at)
        messages.success(request, _("Taken off the list."))
    else:
        _say_added(request, add_to_list(segment=segment, contacts=[contact.pk], by=user, at=at))
    return redirect(contact)


def _say_added(request: HttpRequest, number: int) -> None:
    if number:
        said = ngettext(
            "%(count)s contact is on the list.", "%(count)s contacts are on the list.", number
        )
        messages.success(request, said % {"count": number})
    else:
        messages.info(request, _("The contact was on the list already."))


def _number(text: str) -> int:
    """A number of a row; one that no row has where it is none."""
    return int(text) if text.isdecimal() and len(text) < 16 else 0
