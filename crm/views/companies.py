"""Companies: list, page, create, change."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core import permissions
from core.models import User
from core.pages import form_page, render_page
from core.permissions import requires
from core.registries import record_types
from core.services.records import save_record
from crm.forms import CompanyForm
from crm.models import Company, Contact, Lead
from crm.queries.records import own_facts, seen_of_leads
from crm.views.timeline import timeline_context


@requires("crm.company.view")
def company_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    company = get_object_or_404(Company.objects.visible_to(user).for_list(), pk=pk)
    kind = record_types["crm.company"]
    context = {
        "company": company,
        "facts": own_facts(kind, company, user),
        "contacts": list(Contact.objects.visible_to(user).filter(company=company)[:20]),
        "leads": list(Lead.objects.visible_to(user).filter(company=company).for_list()[:20]),
        "sees": seen_of_leads(user),
        "may_edit": permissions.reaches(Company, user, company, "edit"),
        **timeline_context(company, user, request.GET),
    }
    return render_page(request, "crm/company_detail.html", context)


@requires("crm.company.create")
def company_create(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    form = CompanyForm(request.POST or None, user=user)
    context = {"title": _("New company"), "back": "company_list"}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


@requires("crm.company.edit")
def company_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    company = get_object_or_404(Company.objects.visible_to(user, "edit").for_list(), pk=pk)
    form = CompanyForm(request.POST or None, instance=company, user=user)
    context = {"title": _("Edit company"), "record": company}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


def _saver(user: User) -> Callable[[CompanyForm], tuple[str, str]]:
    def save(form: CompanyForm) -> tuple[str, str]:
        company = save_record(record=form.instance, by=user)
        return _("The company is saved."), company.get_absolute_url()

    return save
