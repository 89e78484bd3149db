"""The company: its name, its look, what new users begin with."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core import permissions
from core.downloads import SANDBOX
from core.forms.company import CompanyForm
from core.images import ENDINGS
from core.models import Installation
from core.pages import form_page
from core.permissions import public, requires, takes_files
from core.services.companies import MOST_LOGO_BYTES, change_company, remove_logo, set_logo

MANAGE = "core.settings.manage"
FOREVER = "public, max-age=31536000, immutable"


def _installation() -> Installation:
    return Installation.objects.filter(pk=1).first() or Installation(pk=1)


@requires(MANAGE)
def company_settings(request: HttpRequest) -> HttpResponse:
    """What the company is called, and what its pages and new users begin with."""
    form = CompanyForm(request.POST or None, installation=_installation())

    def on_valid(valid: CompanyForm) -> tuple[str, str]:
        change_company(values=valid.cleaned_data, by=permissions.user_of(request))
        return _("The company is saved."), reverse("company_settings")

    return form_page(request, "core/settings/company.html", form, on_valid)


@takes_files
@requires(MANAGE)
@require_POST
def company_logo_update(request: HttpRequest) -> HttpResponse:
    """Another logo, or none."""
    user = permissions.user_of(request)
    upload = request.FILES.get("logo")
    if "remove" in request.POST:
        remove_logo(by=user)
        messages.success(request, _("The logo is removed."))
    elif upload is None:
        messages.error(request, _("Choose a file first."))
    else:
        set_logo(data=upload.read(MOST_LOGO_BYTES + 1), by=user)
        messages.success(request, _("The logo is saved."))
    return redirect("company_settings")


@public
@require_GET
def company_logo(_request: HttpRequest, picture: str) -> HttpResponse:
    """The picture, for the navigation and the log-in page; its address changes with its content."""
    installation = _installation()
    if not installation.logo or installation.logo.name != f"company/{picture}":
        raise Http404
    ending = picture.rpartition(".")[2]
    types = {known: content_type for content_type, known in ENDINGS.items()}
    try:
        with installation.logo.open("rb") as file:
            answer = HttpResponse(file.read(), content_type=types[ending])
    except FileNotFoundError as error:
        raise Http404 from error
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cache-Control"] = FOREVER
    return answer
