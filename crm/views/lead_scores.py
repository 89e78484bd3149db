"""The score of a lead set by hand, and given back to the model."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.models import ChangeSet
from core.pages import UNPROCESSABLE, leave_for
from core.permissions import requires
from core.views.list_tools import render_tool
from crm.forms import ScoreForm
from crm.models import Lead
from crm.queries.scores import score_row
from crm.services.score_overrides import may_score, release_score, set_score


def _lead(request: HttpRequest, pk: int) -> Lead:
    user = permissions.user_of(request)
    if not may_score("crm.lead", user):
        raise PermissionDenied(_("Your role may not change the score of leads."))
    rows = Lead.objects.visible_to(user, "edit").for_list()
    lead: Lead = get_object_or_404(rows, pk=pk)
    return lead


@requires("crm.lead.edit")
def lead_score_set(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a score or a grade and the reason, and set it."""
    lead = _lead(request, pk)
    is_sent = request.method == "POST"
    form = ScoreForm(request.POST if is_sent else None, lead=lead)
    if is_sent and form.is_valid():
        try:
            change_set = set_score(
                lead=lead, by=permissions.user_of(request), at=timezone.now(), **form.told()
            )
        except Refused as refusal:
            form.add_error(NON_FIELD_ERRORS, str(refusal))
        else:
            sentence = _("The score is %(score)s now, set by hand.")
            _say(request, sentence % {"score": form.told()["score"]}, change_set)
            return leave_for(request, lead.get_absolute_url())
    row = score_row(lead)
    context: dict[str, Any] = {
        "form": form,
        "lead": lead,
        "model_score": row.score if row else None,
        "action": reverse("lead_score_set", args=[lead.pk]),
        "back": lead.get_absolute_url(),
    }
    return render_tool(
        request,
        _("Set the score by hand"),
        "crm/leads/score_form.html",
        context,
        status=UNPROCESSABLE if is_sent else 200,
    )


@requires("crm.lead.edit")
@require_POST
def lead_score_release(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk)
    change_set = release_score(lead=lead, by=permissions.user_of(request), at=timezone.now())
    _say(request, _("The model's score counts again."), change_set)
    return redirect(lead)


def _say(request: HttpRequest, sentence: str, change_set: ChangeSet) -> None:
    undo = reverse("change_undo", args=[change_set.pk]) if change_set.count else ""
    messages.success(request, sentence, extra_tags=undo)
