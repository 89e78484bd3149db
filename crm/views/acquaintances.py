"""Somebody says that they know a contact, or that they do not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core import permissions
from core.permissions import requires
from crm.models import Contact
from crm.services.acquaintances import say_known, say_unknown


@requires("crm.contact.view")
@require_POST
def contact_known(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of the contact, with oneself among those who know them or not."""
    user = permissions.user_of(request)
    contact = get_object_or_404(Contact.objects.visible_to(user), pk=pk)
    say = say_known if request.POST.get("is_known") == "1" else say_unknown
    say(contact=contact, by=user)
    return redirect(contact)
