"""Settings: the websites whose visits are counted."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from core import permissions
from core.ids import id_in
from core.pages import form_page
from core.permissions import requires
from marketing.forms.websites import WebsiteForm
from marketing.models import Website
from marketing.services.websites import MANAGE, add_website, remove_website
from marketing.views.tracking import snippet_of


@requires(MANAGE)
def website_settings(request: HttpRequest) -> HttpResponse:
    user: Any = permissions.user_of(request)
    if "remove" in request.POST:
        website = get_object_or_404(Website, pk=id_in(request.POST["remove"]) or 0)
        remove_website(website=website, by=user)
        said = _("Visits of %(domain)s are not counted any more.")
        messages.success(request, said % {"domain": website.domain})
        return redirect("website_settings")

    def add(form: WebsiteForm) -> tuple[str, str]:
        website = add_website(domain=form.cleaned_data["domain"], by=user)
        said = _("Visits of %(domain)s are counted from now on.")
        return said % {"domain": website.domain}, request.path

    context = {"websites": list(Website.objects.all()), "snippet": snippet_of()}
    form = WebsiteForm(request.POST or None)
    return form_page(request, "marketing/settings/websites.html", form, add, context)
