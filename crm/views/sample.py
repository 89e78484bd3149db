"""The sample company: loading it, and removing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.models.sample_data import COMPANY
from core.pages import form_page, way_back
from core.permissions import requires
from core.tasks import wake
from crm.forms import SampleRemovalForm
from crm.queries.sample import links_to_empty, sample_state, what_goes
from crm.services.sample.runs import start_load, start_removal


@requires("core.sample.remove")
def sample_data(request: HttpRequest) -> HttpResponse:
    """What is sample, what stays, and the button that removes it."""
    user = permissions.user_of(request)
    form = SampleRemovalForm(request.POST or None, company=COMPANY)

    def on_valid(valid: SampleRemovalForm) -> tuple[str, str]:
        run = start_removal(name=valid.cleaned_data["name"], by=user, at=timezone.now())
        wake(run.pk)
        return _("The sample company is being removed."), reverse("job_run", args=[run.pk])

    context = {"name": COMPANY, **sample_state()}
    if context["data"]:
        context |= {"kinds": what_goes(user), "links": links_to_empty(user)}
    return form_page(request, "crm/sample_data.html", form, on_valid, context)


@requires("core.sample.load")
@require_POST
def sample_load(request: HttpRequest) -> HttpResponse:
    try:
        run = start_load(by=permissions.user_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return way_back(request, "start")
    wake(run.pk)
    messages.success(
        request, _("The sample company is being loaded. It takes about half a minute.")
    )
    return redirect("job_run", pk=run.pk)
