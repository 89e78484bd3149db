"""Archives of other systems: their parts, begun, watched and taken back together."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from core import permissions
from core.models import JobRun
from core.pages import render_page, status_of_poll
from core.permissions import requires
from core.tasks import wake
from core.values import grouped
from crm.models import FileImport, ImportBatch
from crm.queries.imports import batches_visible_to
from crm.services.imports.archive_trials import start_check
from crm.services.imports.archives import parts_of, revert_parts, start_archive
from crm.services.imports.kinds import KINDS
from crm.services.imports.mapping import undecided
from crm.services.imports.reverting import may_revert
from crm.services.imports.systems import LABELS

SHOWN = 5


@dataclass(frozen=True)
class Lack:
    """A column with texts that lead nowhere: how many, and those that most rows have."""

    label: str
    count: str
    most: list[tuple[str, int]]


@dataclass(frozen=True)
class Part:
    """One file of an archive, what its rows are, what came of them, what it asks."""

    file_import: FileImport
    rows_are: str
    created: str
    refused: str
    asks: list[str]
    is_tried: bool
    lacks: list[Lack]


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    return get_object_or_404(batches_visible_to(permissions.user_of(request)), pk=pk)


@requires("crm.import.use")
def import_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """The parts in their order, with what came of each."""
    batch, user = _batch(request, pk), permissions.user_of(request)
    imports = parts_of(batch)
    runs = [run for part in imports for run in (part.run, part.trial, part.reverting) if run]
    is_active = any(run.is_active for run in runs)
    parts = [_part(part) for part in imports]
    context = {
        "batch": batch,
        "system": LABELS.get(batch.source, ""),
        "parts": parts,
        "is_tried": any(part.is_tried for part in parts),
        "lacking": [part for part in parts if part.lacks],
        "left_out": [(name, gettext(reason)) for name, reason in batch.left_out],
        "is_active": is_active,
        "can_start": not is_active and any(part.run is None for part in imports),
        "may_revert": any(may_revert(part, user) for part in imports),
    }
    return render_page(
        request,
        "crm/import_batch.html",
        context,
        parts={"parts": "parts"},
        status=status_of_poll(request, is_over=not is_active),
    )


def _part(part: FileImport) -> Part:
    run = part.run or part.trial
    result = run.result if run else {}
    lacks = [] if part.is_started else part.findings.get("lacking", [])
    return Part(
        part,
        KINDS[part.object_type].plural,
        grouped(result.get("created", 0)),
        grouped(result.get("refused", 0)),
        [] if part.is_started else undecided(part.mapping),
        not part.is_started and run is not None and not run.is_active,
        [Lack(each["label"], grouped(each["count"]), each["most"][:SHOWN]) for each in lacks],
    )


@requires("crm.import.use")
@require_POST
def import_batch_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Import all parts, one after the other."""
    return _begun(request, pk, start_archive)


@requires("crm.import.use")
@require_POST
def import_batch_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Try all parts, one after the other."""
    return _begun(request, pk, start_check)


def _begun(request: HttpRequest, pk: int, start: Callable[..., JobRun | None]) -> HttpResponse:
    batch, user = _batch(request, pk), permissions.user_of(request)
    run = start(batch=batch, by=user, as_of=timezone.now())
    if run is not None:
        wake(run.pk)
    return redirect(batch)


@requires("crm.import.use")
@require_POST
def import_batch_revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Take all parts back."""
    batch, user = _batch(request, pk), permissions.user_of(request)
    for run in revert_parts(batch=batch, by=user, as_of=timezone.now()):
        wake(run.pk)
    return redirect(batch)
