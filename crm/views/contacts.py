"""Contacts: list, page, create, change."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core import permissions
from core.models import User
from core.pages import form_page, render_page
from core.permissions import requires
from core.registries import record_types
from crm.forms import ContactForm
from crm.models import Contact, Lead
from crm.queries.records import own_facts, seen_of_leads
from crm.services.contacts import save_contact
from crm.views.timeline import timeline_context


@requires("crm.contact.view")
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    contact = get_object_or_404(Contact.objects.visible_to(user).for_list(), pk=pk)
    kind = record_types["crm.contact"]
    context = {
        "contact": contact,
        "facts": own_facts(kind, contact, user),
        "leads": list(Lead.objects.visible_to(user).filter(contact=contact).for_list()[:20]),
        "sees": seen_of_leads(user),
        "may_edit": permissions.reaches(Contact, user, contact, "edit"),
        **timeline_context(contact, user, request.GET),
    }
    return render_page(request, "crm/contact_detail.html", context)


@requires("crm.contact.create")
def contact_create(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    form = ContactForm(request.POST or None, user=user)
    context = {"title": _("New contact"), "back": "contact_list"}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


@requires("crm.contact.edit")
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    rows = Contact.objects.visible_to(user, "edit").for_list()
    contact = get_object_or_404(rows, pk=pk)
    form = ContactForm(request.POST or None, instance=contact, user=user)
    context = {"title": _("Edit contact"), "record": contact}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


def _saver(user: User) -> Callable[[ContactForm], tuple[str, str]]:
    def save(form: ContactForm) -> tuple[str, str]:
        contact = save_contact(
            contact=form.instance, company=form.cleaned_data.get("company_name"), by=user
        )
        return _("The contact is saved."), contact.get_absolute_url()

    return save
