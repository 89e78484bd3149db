"""The queue of records that are probably the same."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from core import permissions
from core.ids import id_in
from core.jobs.kinds import job_kinds
from core.models import User
from core.pages import leave_for, render_page, status_of_poll
from core.permissions import requires
from core.phrases import percent
from core.services.jobs import start_run
from core.tasks import wake
from core.values import grouped
from crm.methods.duplicates.scoring import THRESHOLD
from crm.queries.compared import ComparedType
from crm.queries.duplicates import latest_search, queue_page, types_for
from crm.services.duplicate_pairs import RIGHT, dismiss_by_number
from crm.services.merging.pairs import start_merging

LEAST = (THRESHOLD, 0.95, 0.99)


@requires(RIGHT)
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """A tab for each type; the likeliest pairs first; how the search for them goes."""
    user = permissions.user_of(request)
    types = types_for(user)
    current = next((t for t in types if t.key == request.GET.get("type")), next(iter(types), None))
    if current is None:
        raise Http404
    least = _least(request)
    queue = queue_page(current.key, user, least=least, token=request.GET.get("after", ""))
    run = latest_search()
    context = {
        "tabs": [_tab(each, current, least) for each in types],
        "levels": [_level(current, each, least) for each in LEAST],
        "current": current,
        "least": least,
        "least_text": f"{least:g}",
        "is_narrowed": least > THRESHOLD,
        "groups": queue.groups,
        "previous_url": _address(current, least, queue.page.previous_token),
        "next_url": _address(current, least, queue.page.next_token),
        "run": run,
        "kind": job_kinds[run.kind] if run else None,
        "actions": _actions(current, may_merge=_may_merge(current, user)),
        "may_merge": _may_merge(current, user),
    }
    status = 200
    if request.headers.get("HX-Target") == "search":
        status = status_of_poll(request, is_over=run is None or not run.is_active)
    parts = {"search": "search"}
    return render_page(request, "crm/duplicates/list.html", context, parts=parts, status=status)


def _least(request: HttpRequest) -> float:
    wanted = request.POST.get("least", request.GET.get("least", ""))
    return next((each for each in LEAST if f"{each:g}" == wanted), LEAST[0])


def _address(current: ComparedType, least: float, token: str) -> str:
    query = urlencode({"type": current.key, "least": f"{least:g}", "after": token})
    return f"?{query}" if token else ""


def _place(current: ComparedType, least: float) -> str:
    query = urlencode({"type": current.key, "least": f"{least:g}"})
    return f"{reverse('duplicate_list')}?{query}"


def _tab(each: ComparedType, current: ComparedType, least: float) -> dict[str, Any]:
    return {
        "label": each.kind.plural,
        "icon": each.kind.icon,
        "url": _place(each, least),
        "is_current": each is current,
    }


def _level(current: ComparedType, level: float, least: float) -> dict[str, Any]:
    return {
        "label": _("from %(share)s") % {"share": percent(level)},
        "url": _place(current, level),
        "is_current": level == least,
    }


def _actions(current: ComparedType, *, may_merge: bool) -> list[dict[str, Any]]:
    """What can be done with the ticked pairs."""
    dismiss = {
        "label": _("Not the same"),
        "icon": "x",
        "name": "type",
        "value": current.key,
        "url": reverse("duplicate_dismiss"),
    }
    merge = {
        "label": pgettext("verb", "Merge"),
        "icon": "git-merge",
        "name": "type",
        "value": current.key,
        "url": reverse("duplicate_merge"),
    }
    return [merge, dismiss] if may_merge else [dismiss]


def _may_merge(current: ComparedType, user: User) -> bool:
    access = permissions.access_of(user)
    return all(access.may(f"{current.key}.{action}") for action in ("edit", "delete"))


@requires(RIGHT)
@require_POST
def duplicate_merge(request: HttpRequest) -> HttpResponse:
    """Merge the ticked pairs, or all from a probability on, as proposed; a worker does it."""
    user = permissions.user_of(request)
    current = next((t for t in types_for(user) if t.key == request.POST.get("type")), None)
    if current is None:
        raise Http404
    given = (id_in(each) for each in request.POST.getlist("ids"))
    pairs = [pk for pk in given if pk is not None]
    if not pairs and "all" not in request.POST:
        messages.error(request, _("Choose at least one pair."))
        return leave_for(request, _place(current, _least(request)))
    run = start_merging(
        object_type=current.key,
        by=user,
        as_of=timezone.now(),
        pairs=pairs,
        least=_least(request),
    )
    wake(run.pk)
    return leave_for(request, reverse("job_run", args=[run.pk]))


@requires(RIGHT)
@require_POST
def duplicate_search(request: HttpRequest) -> HttpResponse:
    """Search now; while a search is at work, that one is the answer."""
    run = latest_search()
    if run is None or not run.is_active:
        user = permissions.user_of(request)
        wake(start_run(kind="crm.duplicate_keys", by=user, as_of=timezone.now()).pk)
        messages.success(request, _("The search has begun."))
    return redirect("duplicate_list")


@requires(RIGHT)
@require_POST
def duplicate_dismiss(request: HttpRequest) -> HttpResponse:
    """The ticked pairs are not the same."""
    user = permissions.user_of(request)
    current = next((t for t in types_for(user) if t.key == request.POST.get("type")), None)
    if current is None:
        raise Http404
    given = (id_in(each) for each in request.POST.getlist("ids"))
    count = dismiss_by_number(
        object_type=current.key,
        pairs=[pk for pk in given if pk is not None],
        by=user,
        at=timezone.now(),
    )
    sentence = ngettext(
        "%(count)s pair is set aside. It returns when one of its records changes.",
        "%(count)s pairs are set aside. They return when one of their records changes.",
        count,
    )
    messages.success(request, sentence % {"count": grouped(count)})
    return leave_for(request, _place(current, _least(request)))
