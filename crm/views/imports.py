"""Imports: upload, match columns, try, watch, result, revert."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.assigning import assignable_users
from core.downloads import CSV, download
from core.errors import Refused
from core.models import JobRun, User
from core.pages import UNPROCESSABLE, form_page, render_page, status_of_poll
from core.permissions import requires
from core.spreadsheets import defused
from core.tabular.reading import Told
from core.tasks import wake
from crm.choices import ImportMode
from crm.forms import UploadForm
from crm.models import FileImport
from crm.queries.imports import (
    import_result,
    imports_visible_to,
    latest_imports,
    refused_rows,
    trial_result,
)
from crm.services.imports.archives import is_archive, receive_archive
from crm.services.imports.kinds import kinds_for
from crm.services.imports.mapping import REASON, apply_choices
from crm.services.imports.matching import Matching
from crm.services.imports.receiving import read_again, receive_file
from crm.services.imports.reverting import may_revert, start_reverting
from crm.services.imports.running import discard, settle, start_import, start_trial
from crm.services.imports.suggestions import questions_of
from crm.services.imports.writing import targets_of

NO_KEY = "-"


class _Echo:
    """A file whose writes are their own result: csv needs a writer, the stream needs lines."""

    def write(self, line: str) -> str:
        return line


def _import(request: HttpRequest, pk: int) -> FileImport:
    return get_object_or_404(imports_visible_to(permissions.user_of(request)), pk=pk)


@requires("crm.import.use")
def import_list(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and a place to drop the next file."""
    user = permissions.user_of(request)
    started = {"object_type": request.GET.get("of", "")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=started, user=user)

    def on_valid(valid: UploadForm) -> tuple[str, str]:
        given = valid.cleaned_data
        if is_archive(given["file"]):
            batch = receive_archive(upload=given["file"], by=user, at=timezone.now())
            return _("The archive is read. Check its parts."), batch.get_absolute_url()
        file_import = receive_file(
            upload=given["file"], by=user, at=timezone.now(), object_type=given["object_type"]
        )
        return _("The file is read. Check how its columns match."), reverse(
            "import_map", args=[file_import.pk]
        )

    context = {"imports": latest_imports(user)}
    return form_page(request, "crm/import_list.html", form, on_valid, context)


@requires("crm.import.use")
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is which field, what becomes of rows that are there; then it is tried or begun."""
    user = permissions.user_of(request)
    file_import = _import(request, pk)
    if file_import.is_started:
        return redirect(file_import)
    error = ""
    if request.method == "POST":
        try:
            return _matched(request, file_import, user)
        except Refused as refusal:
            error = str(refusal)
    context = {
        "import": file_import,
        "matching": Matching(file_import, targets_of(file_import, timezone.now())),
        "kinds": kinds_for(user),
        "modes": ImportMode.choices,
        "no_key": NO_KEY,
        "owners": assignable_users(user, file_import.record_type.key),
        "error": error,
    }
    status = UNPROCESSABLE if error else 200
    return render_page(request, "crm/import_map.html", context, status=status)


def _matched(request: HttpRequest, file_import: FileImport, user: User) -> HttpResponse:
    """Read the file anew, forget it, try it, or begin, as the button says."""
    now, action = timezone.now(), request.POST.get("action")
    if action == "read":
        told = Told(
            request.POST.get("encoding", ""),
            request.POST.get("delimiter", "")[:1],
            _line(request.POST.get("header_line", "")),
        )
        kind = request.POST.get("object_type", "")
        read_again(file_import=file_import, told=told, object_type=kind, by=user, at=now)
        return redirect("import_map", pk=file_import.pk)
    if action == "discard":
        discard(file_import=file_import, by=user)
        return redirect("import_list")
    targets = targets_of(file_import, now)
    chosen: dict[str, Any] = {
        "file_import": file_import,
        "mapping": apply_choices(file_import.mapping, _choices(request, file_import), targets),
        "owner": _chosen_owner(request, file_import, user),
        "by": user,
        "mode": _mode(request),
        "key": _key(request),
        "makes_contacts": "makes_contacts" in request.POST,
    }
    # What was chosen is kept, whatever comes of it.
    file_import.mapping, file_import.mode = chosen["mapping"], chosen["mode"]
    if action == "start":
        return _begin(start_import(**chosen, as_of=now), file_import)
    settle(**chosen, at=now)
    run = start_trial(file_import=file_import, by=user, as_of=now)
    wake(run.pk)
    return redirect("import_check", pk=file_import.pk)


def _begin(run: JobRun, file_import: FileImport) -> HttpResponse:
    wake(run.pk)
    return redirect(file_import)


def _line(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _mode(request: HttpRequest) -> str:
    mode = request.POST.get("mode", "")
    return mode if mode in ImportMode.values else str(ImportMode.BOTH)


def _key(request: HttpRequest) -> list[str] | None:
    """None: all that the mapping offers."""
    key = request.POST.get("key", "")
    return None if not key else [] if key == NO_KEY else [key]


def _choices(request: HttpRequest, file_import: FileImport) -> list[dict[str, Any]]:
    columns = len(file_import.mapping)
    given = {name: request.POST.getlist(name) for name in ("target", "known_when", "format")}
    if any(len(values) != columns for values in given.values()):
        raise Refused(_("The form was incomplete. Reload the page and try again."))
    dropping = request.POST.getlist("placeholders")
    return [
        {
            **{name: values[place] for name, values in given.items()},
            "placeholders": str(place) in dropping or not entry["empties"],
        }
        for place, entry in enumerate(file_import.mapping)
    ]


def _chosen_owner(request: HttpRequest, file_import: FileImport, user: User) -> User | None:
    people = assignable_users(user, file_import.record_type.key)
    choices = {str(colleague.pk): colleague for colleague in people}
    wanted = request.POST.get("owner", "")
    if wanted and wanted not in choices:
        raise Refused(_("Choose an owner from the list."))
    return choices.get(wanted)


@requires("crm.import.use")
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the trial found: counts, examples, refused rows, names that match nothing."""
    user = permissions.user_of(request)
    file_import = _import(request, pk)
    if file_import.is_started:
        return redirect(file_import)
    if file_import.trial is None:
        return redirect("import_map", pk=pk)
    targets = targets_of(file_import, timezone.now())
    context = trial_result(file_import, timezone.now())
    is_over = not file_import.trial.is_active
    context |= {"error": "", "questions": questions_of(file_import, targets) if is_over else []}
    if request.method == "POST":
        try:
            return _answered(request, file_import, context["questions"], user)
        except Refused as refusal:
            context["error"] = str(refusal)
    return render_page(
        request,
        "crm/import_check.html",
        context,
        parts={"run": "run"},
        status=UNPROCESSABLE if context["error"] else status_of_poll(request, is_over=is_over),
    )


def _answered(
    request: HttpRequest, file_import: FileImport, questions: list[Any], user: User
) -> HttpResponse:
    """What names mean is kept; then it is tried again, or begun."""
    if file_import.trial is None or file_import.trial.is_active:
        raise Refused(_("The trial is still running. Wait for it, or cancel it."))
    for question in questions:
        answer = request.POST.get(question.name, "")
        values = {**file_import.mapping[question.place]["values"], question.text: answer}
        file_import.mapping[question.place]["values"] = {k: v for k, v in values.items() if v}
    now = timezone.now()
    chosen: dict[str, Any] = {
        "file_import": file_import,
        "mapping": file_import.mapping,
        "owner": file_import.owner,
        "by": user,
        "key": file_import.key,
    }
    if request.POST.get("action") == "start":
        return _begin(start_import(**chosen, as_of=now), file_import)
    settle(**chosen, at=now)
    run = start_trial(file_import=file_import, by=user, as_of=now)
    wake(run.pk)
    return redirect("import_check", pk=file_import.pk)


@requires("crm.import.use")
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then what came of it."""
    user = permissions.user_of(request)
    file_import = _import(request, pk)
    if not file_import.is_started:
        return redirect("import_map", pk=pk)
    context = import_result(file_import, timezone.now())
    context["may_see_jobs"] = permissions.access_of(user).may("core.job.view")
    context["may_revert"] = may_revert(file_import, user)
    return render_page(
        request,
        "crm/import_detail.html",
        context,
        parts={"run": "run"},
        status=status_of_poll(request, is_over=not context["shown_run"].is_active),
    )


@requires("crm.import.use")
@require_POST
def import_revert(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the import back."""
    user = permissions.user_of(request)
    file_import = _import(request, pk)
    run = start_reverting(file_import=file_import, by=user, as_of=timezone.now())
    return _begin(run, file_import)


@requires("crm.import.use")
def import_refused(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows as a CSV file that can be mended and imported again."""
    file_import = _import(request, pk)
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # Excel reads UTF-8 only with this mark
        yield writer.writerow(map(defused, [*file_import.columns, str(REASON)]))
        for values, reason in refused_rows(file_import):
            padded = values + [""] * (len(file_import.columns) - len(values))
            yield writer.writerow(map(defused, [*padded, reason]))

    return download(lines(), f"refused-{file_import.pk}.csv", CSV)
