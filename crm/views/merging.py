"""Merging records side by side, and undoing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.ids import id_in
from core.models import ChangeSet, User
from core.pages import UNPROCESSABLE, render_page
from core.permissions import requires
from core.records.lookups import name_of
from core.registries import RecordType, record_types
from core.values import grouped
from crm.models import MergedRecord
from crm.queries.merges import records_to_merge, side_by_side
from crm.services.merging.merging import MERGED_TYPES, MOST, merge_records
from crm.services.merging.proposing import merged_fields, propose
from crm.services.merging.relations import counts_of, labels_of
from crm.services.merging.undoing import Unmerged, became, undo_merge

Page = Callable[[], HttpResponse]


@requires("crm.duplicates.use")
def record_merge(request: HttpRequest, object_type: str) -> HttpResponse:
    """Two to five records side by side: what is proposed, what moves; then they are merged."""
    user = permissions.user_of(request)
    if object_type not in MERGED_TYPES:
        raise Http404
    kind = record_types[object_type]
    permissions.require(user, f"{object_type}.edit")
    given = request.POST if request.method == "POST" else request.GET
    pks = {pk for text in given.getlist("ids")[: MOST + 1] if (pk := id_in(text)) is not None}
    records = records_to_merge(kind, pks, user)
    error = ""
    if request.method == "POST":
        try:
            return _merge(request, kind, [record.pk for record in records], user)
        except Refused as refusal:
            error = str(refusal)
    is_possible = 2 <= len(records) <= MOST
    context = _compared(request, kind, records, user) if is_possible else {}
    context |= {"kind": kind, "records": records, "is_possible": is_possible, "error": error}
    status = UNPROCESSABLE if error else 200
    return render_page(request, "crm/merging/merge.html", context, status=status)


def _compared(
    request: HttpRequest, kind: RecordType, records: list[Any], user: User
) -> dict[str, Any]:
    fields, proposal = merged_fields(kind, user), propose(kind, records, user)
    chosen = {**proposal.winners, **_winners(request)}
    lines = side_by_side(fields, records, chosen, user)
    survivor = id_in(request.POST.get("survivor", "")) or proposal.survivor
    labels = labels_of(kind)
    counts = counts_of(kind, [record.pk for record in records])
    return {
        "columns": [
            {"record": each, "name": name_of(each, user), "stays": each.pk == survivor}
            for each in records
        ],
        "different": [line for line in lines if line.differs],
        "same": [line for line in lines if not line.differs],
        "around": [(labels[key], count) for key, count in counts.items() if labels[key]],
    }


def _winners(request: HttpRequest) -> dict[str, int]:
    """Whose value was chosen, by field."""
    chosen = {
        name.removeprefix("value-"): id_in(str(value))
        for name, value in request.POST.items()
        if name.startswith("value-")
    }
    return {name: pk for name, pk in chosen.items() if pk is not None}


def _merge(request: HttpRequest, kind: RecordType, pks: list[int], user: User) -> HttpResponse:
    survivor = id_in(request.POST.get("survivor", ""))
    if survivor not in pks:
        raise Refused(_("Choose the record that stays."))
    losers = [pk for pk in pks if pk != survivor]
    merge_records(
        kind=kind,
        survivor=survivor,
        losers=losers,
        winners=_winners(request),
        by=user,
        at=timezone.now(),
    )
    sentence = ngettext(
        "%(count)s record was merged into this one. You can undo it beside the timeline.",
        "%(count)s records were merged into this one. You can undo it beside the timeline.",
        len(losers),
    )
    messages.success(request, sentence % {"count": grouped(len(losers))})
    return redirect(kind.detail_url, pk=survivor)


@requires("crm.duplicates.use")
@require_POST
def record_unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back, and say what could not be."""
    user = permissions.user_of(request)
    change_set = get_object_or_404(ChangeSet, pk=pk)
    merge = get_object_or_404(MergedRecord.objects.filter(change_set=change_set)[:1])
    kind = record_types[merge.object_type]
    permissions.require(user, f"{kind.key}.delete")
    rows = permissions.visible_rows(kind.model, user)
    survivor = get_object_or_404(rows, pk=merge.survivor_id)
    done = undo_merge(change_set=change_set, by=user, at=timezone.now())
    messages.success(request, _("The merge is undone; all records are here again."))
    for sentence in _left(done):
        messages.warning(request, sentence)
    return redirect(survivor)


def _left(done: Unmerged) -> list[str]:
    """What could not be undone."""
    said = []
    if done.survivor_left:
        said.append(_("This record was edited since and keeps the values it has now."))
    if done.links_left:
        sentence = ngettext(
            "%(count)s link was changed since and stays where it leads now.",
            "%(count)s links were changed since and stay where they lead now.",
            done.links_left,
        )
        said.append(sentence % {"count": grouped(done.links_left)})
    return said


def or_survivor(request: HttpRequest, object_type: str, pk: int, page: Page) -> HttpResponse:
    """The page of a record; the old address of a merged one leads to what it became."""
    try:
        return page()
    except Http404:
        kind, survivor = record_types[object_type], became(object_type, pk)
        rows = permissions.visible_rows(kind.model, permissions.user_of(request))
        if survivor is None or not rows.filter(pk=survivor).exists():
            raise
        return redirect(kind.detail_url, pk=survivor)
