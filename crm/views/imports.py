"""Imports: upload, match columns, watch, result."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.assigning import assignable_users
from core.choices import KnownWhen
from core.downloads import CSV, download
from core.errors import Refused
from core.models import User
from core.pages import UNPROCESSABLE, form_page, render_page, status_of_poll
from core.permissions import requires
from core.spreadsheets import defused
from core.tasks import wake
from crm.forms import UploadForm
from crm.models import LeadImport
from crm.queries.imports import (
    import_result,
    imports_visible_to,
    latest_imports,
    refused_rows,
)
from crm.services.import_files import receive_file
from crm.services.import_mapping import (
    CUSTOM,
    IGNORE,
    REASON,
    apply_choices,
    recall_marks,
    restrict_mapping,
    targets_for,
)
from crm.services.lead_imports import start_import


class _Echo:
    """A file whose writes are their own result: csv needs a writer, the stream needs lines."""

    def write(self, line: str) -> str:
        return line


def _import(request: HttpRequest, pk: int) -> LeadImport:
    return get_object_or_404(imports_visible_to(permissions.user_of(request)), pk=pk)


@requires("crm.lead.import")
def import_list(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and a place to drop the next file."""
    user = permissions.user_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)

    def on_valid(valid: UploadForm) -> tuple[str, str]:
        lead_import = receive_file(upload=valid.cleaned_data["file"], by=user)
        return _("The file is read. Check how its columns match."), reverse(
            "import_map", args=[lead_import.pk]
        )

    context = {"imports": latest_imports(user)}
    return form_page(request, "crm/import_list.html", form, on_valid, context)


@requires("crm.lead.import")
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is which field; then the import starts."""
    user = permissions.user_of(request)
    lead_import = _import(request, pk)
    if lead_import.is_started:
        return redirect(lead_import)
    access = permissions.access_of(user)
    mapping, error = restrict_mapping(recall_marks(lead_import.mapping), access), ""
    if request.method == "POST":
        try:
            mapping = _chosen_mapping(request, lead_import)
            owner = _chosen_owner(request, user)
            run = start_import(
                lead_import=lead_import, mapping=mapping, owner=owner, by=user, as_of=timezone.now()
            )
        except Refused as refusal:
            error = str(refusal)
        else:
            wake(run.pk)
            return redirect(lead_import)
    context = {
        "import": lead_import,
        "mapping": mapping,
        "targets": targets_for(access).items(),
        "custom": CUSTOM,
        "ignore": IGNORE,
        "known_when": KnownWhen.choices,
        "owners": assignable_users(user, "crm.lead"),
        "error": error,
    }
    status = UNPROCESSABLE if error else 200
    return render_page(request, "crm/import_map.html", context, status=status)


def _chosen_mapping(request: HttpRequest, lead_import: LeadImport) -> list[dict[str, object]]:
    targets = request.POST.getlist("target")
    known = request.POST.getlist("known_when")
    if len(targets) != len(lead_import.mapping) or len(known) != len(targets):
        raise Refused(_("The form was incomplete. Reload the page and try again."))
    return apply_choices(lead_import.mapping, targets, known)


def _chosen_owner(request: HttpRequest, user: User) -> User | None:
    choices = {str(colleague.pk): colleague for colleague in assignable_users(user, "crm.lead")}
    wanted = request.POST.get("owner", "")
    if wanted and wanted not in choices:
        raise Refused(_("Choose an owner from the list."))
    return choices.get(wanted)


@requires("crm.lead.import")
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, then what came of it."""
    lead_import = _import(request, pk)
    if not lead_import.is_started:
        return redirect("import_map", pk=pk)
    context = import_result(lead_import, timezone.now())
    access = permissions.access_of(permissions.user_of(request))
    context["may_see_jobs"] = access.may("core.job.view")
    return render_page(
        request,
        "crm/import_detail.html",
        context,
        parts={"run": "run"},
        status=status_of_poll(request, is_over=not context["run"].is_active),
    )


@requires("crm.lead.import")
def import_refused(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The refused rows as a CSV file that can be mended and imported again."""
    lead_import = _import(request, pk)
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # Excel reads UTF-8 only with this mark
        yield writer.writerow(map(defused, [*lead_import.columns, str(REASON)]))
        for values, reason in refused_rows(lead_import):
            padded = values + [""] * (len(lead_import.columns) - len(values))
            yield writer.writerow(map(defused, [*padded, reason]))

    return download(lines(), f"refused-{lead_import.pk}.csv", CSV)
