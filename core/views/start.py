"""Getting started: what is done and what is next."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.forms import CompanyForm
from core.models import Installation
from core.pages import form_page, render_page
from core.permissions import requires, signed_in
from core.queries.start import described, progress_of
from core.registries.panels import filled_panels
from core.services.companies import name_company
from core.services.start import hide_start


@signed_in
def start(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    progress = progress_of(user)
    context = {
        "progress": progress,
        "steps": described(progress, user),
        "panels": filled_panels("core.start", None, user),
    }
    return render_page(request, "core/start.html", context)


@signed_in
@require_POST
def start_hide(request: HttpRequest) -> HttpResponse:
    """Take it out of the navigation, or put it back."""
    user = permissions.user_of(request)
    is_hidden = request.POST.get("hidden") == "yes"
    hide_start(user=user, hidden=is_hidden)
    if not is_hidden:
        return redirect("start")
    messages.success(request, _("“Getting started” is hidden. Your profile brings it back."))
    return redirect("home")


@requires("core.settings.manage")
def company_name(request: HttpRequest) -> HttpResponse:
    """What the company is called."""
    installation = Installation.objects.filter(pk=1).first() or Installation(pk=1)
    form = CompanyForm(request.POST or None, instance=installation)

    def on_valid(valid: CompanyForm) -> tuple[str, str]:
        name_company(name=valid.cleaned_data["name"], by=permissions.user_of(request))
        return _("The company is called %(name)s now.") % valid.cleaned_data, reverse("start")

    return form_page(request, "core/company_name.html", form, on_valid)
