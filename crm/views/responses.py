"""How long new leads wait for their first answer: the figures, and the target."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.conditions import Viewpoint
from core.ids import number_in
from core.pages import form_page, render_page
from core.permissions import requires
from core.time_limits import TookTooLong
from crm.forms.triage import ResponseTargetForm
from crm.models import ResponseTarget
from crm.pages.response_times import response_page
from crm.queries.response_times import FIELDS, PERIODS, USUAL
from crm.services.responses import PERMISSION, save_response_target


@requires("crm.lead.view")
def response_times_page(request: HttpRequest) -> HttpResponse:
    """How soon leads were answered, by whom and from where, beside the days before."""
    view = Viewpoint(permissions.user_of(request), timezone.localtime())
    if not all(view.access.sees(field) for field in FIELDS):
        raise Http404
    days = number_in(request.GET.get("days", ""), max(PERIODS))
    length = days if days in PERIODS else USUAL
    try:
        context = response_page(view, length, anew="anew" in request.GET)
    except TookTooLong:
        context = {"too_slow": True}
    return render_page(request, "crm/leads/response_times.html", context)


@requires(PERMISSION)
def response_target(request: HttpRequest) -> HttpResponse:
    """How soon new leads shall be answered, and when somebody is there to do it."""
    form = ResponseTargetForm(request.POST or None, instance=ResponseTarget.current())

    def on_valid(valid: ResponseTargetForm) -> tuple[str, str]:
        user = permissions.user_of(request)
        save_response_target(target=valid.save(commit=False), by=user, at=timezone.now())
        return _("The target is saved."), reverse("response_target")

    return form_page(request, "crm/leads/response_target.html", form, on_valid)
