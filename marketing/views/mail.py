"""Settings of sending: the mail server, returns, and a button that tries it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.pages import form_page
from core.permissions import requires
from marketing.forms.mail import SECRETS, MailSettingsForm
from marketing.pages.mail_doors import doors_of
from marketing.services.mail_settings import change_mail, renew_door, told, try_mail
from marketing.services.sending.lines import Outcome, is_delivering
from marketing.services.sending.pace import mail_settings

MANAGE = "core.settings.manage"


@requires(MANAGE)
def mail_settings_edit(request: HttpRequest) -> HttpResponse:
    """By which server campaigns leave, how fast, where returns go."""
    row = mail_settings()
    is_set_up = is_delivering(row)
    form = MailSettingsForm(request.POST or None, instance=row)

    def save(valid: MailSettingsForm) -> tuple[str, str]:
        said = dict(valid.cleaned_data)
        said["per_domain"] = said.pop("limits")
        change_mail(values=said, by=permissions.user_of(request))
        return _("The mail settings are saved."), reverse("mail_settings")

    context = {
        "row": row,
        "doors": doors_of(row),
        "is_set_up": is_set_up,
        "stored": [name for name in SECRETS if getattr(row, name)],
    }
    return form_page(request, "marketing/mail_settings.html", form, save, context)


@requires(MANAGE)
@require_POST
def mail_settings_test(request: HttpRequest) -> HttpResponse:
    """Send a message to oneself with what is stored."""
    answer = try_mail(by=permissions.user_of(request), at=timezone.now())
    is_gone = answer.outcome == Outcome.SENT and is_delivering(mail_settings())
    note = messages.success if is_gone else messages.error
    note(request, told(answer))
    return redirect("mail_settings")


@requires(MANAGE)
@require_POST
def mail_settings_door(request: HttpRequest) -> HttpResponse:
    """Another address for reports; the old one is shut at once."""
    renew_door(by=permissions.user_of(request))
    messages.success(request, _("This is the new address. The old one is shut."))
    return redirect("mail_settings")
