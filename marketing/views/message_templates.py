"""Templates of messages: those of the company, and the ready-made ones."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refused
from core.pages import leave_for
from core.permissions import access_of, requires, user_of
from core.text import comparable
from marketing.models import Message
from marketing.services.messages.starters import (
    STARTERS,
    drop_template,
    make_template,
    rename_template,
    starter_of,
)

EDIT = "marketing.campaign.edit"
MOST, MOST_WORDS = 100, 60


def _template(pk: int) -> Message:
    found: Message = get_object_or_404(Message.objects.kept().templates(), pk=pk)
    return found


@requires("marketing.campaign.view")
def message_list(request: HttpRequest) -> HttpResponse:
    """What letters can begin with."""
    words = request.GET.get("q", "").replace("\0", "")[:MOST_WORDS]
    rows = Message.objects.kept().templates().for_list().order_by("name_key", "pk")
    found = rows.filter(name_key__contains=comparable(words)).prefetch_related("texts")[: MOST + 1]
    return render(
        request,
        "marketing/messages/list.html",
        {
            "templates": found[:MOST],
            "has_more": len(found) > MOST,
            "words": words,
            "starters": STARTERS,
            "may_edit": access_of(user_of(request)).may(EDIT),
        },
    )


@requires(EDIT)
@require_POST
def message_create(request: HttpRequest) -> HttpResponse:
    """A new template: empty, or a ready-made one."""
    starter = request.POST.get("starter", "")
    try:
        name = str(starter_of(starter).name) if starter else _("New template")
        made = make_template(name=name, by=user_of(request), starter=starter)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("message_list")
    return redirect("message_edit", pk=made.pk)


@requires(EDIT)
@require_POST
def message_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, a copy, or gone."""
    message, user = _template(pk), user_of(request)
    try:
        if "copy" in request.POST:
            name = _("Copy of %(name)s") % {"name": message.name}
            made = make_template(name=name, by=user, like=message)
            return redirect("message_edit", pk=made.pk)
        if "remove" in request.POST:
            drop_template(message=message, by=user)
            messages.success(request, _("The template is deleted."))
            return redirect("message_list")
        rename_template(message=message, name=request.POST.get("name", ""), by=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return leave_for(request, reverse("message_edit", args=[message.pk]))
