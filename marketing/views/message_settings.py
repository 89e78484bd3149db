"""Settings of messages: senders, limits, purposes; the suppression list; a word about one contact."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import audit, permissions
from core.downloads import CSV, download
from core.exports.files import csv_pieces
from core.fields.ordering import Order
from core.ids import id_in
from core.lists.keyset import fetch_page
from core.models import User
from core.pages import form_page, render_page
from core.permissions import requires
from core.speaking import speaking_as
from core.values import grouped
from crm.models import Contact
from marketing.choices import ConsentSource
from marketing.forms.message_settings import (
    ConsentForm,
    LimitsForm,
    OptionsForm,
    PurposeForm,
    SuppressionForm,
)
from marketing.models import ContactPreference, Purpose
from marketing.queries.consent_panel import consents_of
from marketing.queries.consents import choices_of
from marketing.queries.message_options import options
from marketing.queries.suppressions import SuppressionSheet, suppressions
from marketing.services.consents import record_consent
from marketing.services.message_settings import (
    archive_purpose,
    save_options,
    save_purpose,
)
from marketing.services.suppressions import (
    add_suppressions,
    addresses_in,
    remove_suppressions,
)
from marketing.services.wishes import set_limits

MANAGE = "marketing.settings.manage"
VIEW, EDIT = "marketing.consent.view", "marketing.consent.edit"
PAGE_SIZE = 50


@requires(MANAGE)
def message_settings(request: HttpRequest) -> HttpResponse:
    form = OptionsForm(request.POST or None, instance=options())

    def on_valid(valid: OptionsForm) -> tuple[str, str]:
        save_options(values=valid.cleaned_data, by=permissions.user_of(request))
        return _("The settings of messages are saved."), reverse("message_settings")

    purposes = Purpose.objects.order_by("name_key", "pk")
    context = {
        "groups": form.groups(),
        "purposes": [each for each in purposes if each.archived_at is None],
        "archived": [each for each in purposes if each.archived_at is not None],
    }
    return form_page(request, "marketing/settings/messages.html", form, on_valid, context)


@requires(MANAGE)
def purpose_create(request: HttpRequest) -> HttpResponse:
    return _purpose_form(request, Purpose())


@requires(MANAGE)
def purpose_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _purpose_form(request, get_object_or_404(Purpose, pk=pk))


def _purpose_form(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    form = PurposeForm(request.POST or None, purpose=purpose)

    def on_valid(valid: PurposeForm) -> tuple[str, str]:
        save_purpose(purpose=valid.filled(), by=permissions.user_of(request))
        return _("The purpose is saved."), reverse("message_settings")

    context = {"purpose": purpose}
    return form_page(request, "marketing/settings/purpose.html", form, on_valid, context)


@requires(MANAGE)
@require_POST
def purpose_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away, or bring it back."""
    purpose, is_archived = get_object_or_404(Purpose, pk=pk), request.POST.get("on") == "1"
    user = permissions.user_of(request)
    archive_purpose(purpose=purpose, is_archived=is_archived, by=user, at=timezone.now())
    said = (
        _("Nobody is asked for “%(name)s” any more. What was said of it stays.")
        if is_archived
        else _("“%(name)s” is in use again.")
    )
    messages.success(request, said % {"name": purpose.name})
    return redirect("message_settings")


# -- the suppression list --------------------------------------------------------------------------


@requires(VIEW)
def suppression_list(request: HttpRequest) -> HttpResponse:
    sought = request.GET.get("q", "")[:254].replace("\0", "")
    page = fetch_page(
        suppressions(sought),
        sort=Order("id"),
        descending=True,
        size=PAGE_SIZE,
        token=request.GET.get("after", ""),
    )
    query = {"q": sought} if sought else {}
    may_edit = permissions.access_of(permissions.user_of(request)).may(EDIT)
    context = {
        "rows": page.rows,
        "sought": sought,
        "may_edit": may_edit,
        "form": SuppressionForm(),
        "previous_url": _place(query, page.previous_token),
        "next_url": _place(query, page.next_token),
    }
    return render_page(
        request, "marketing/settings/suppressions.html", context, parts={"list": "list"}
    )


def _place(query: dict[str, str], token: str) -> str:
    return f"?{urlencode({**query, 'after': token})}" if token else ""


@requires(EDIT)
def suppression_add(request: HttpRequest) -> HttpResponse:
    form = SuppressionForm(request.POST or None)

    def on_valid(valid: SuppressionForm) -> tuple[str, str]:
        number = add_suppressions(
            addresses=addresses_in(valid.cleaned_data["addresses"]),
            detail=valid.cleaned_data["detail"],
            by=permissions.user_of(request),
            at=timezone.now(),
        )
        said = ngettext(
            "%(count)s address gets no messages any more.",
            "%(count)s addresses get no messages any more.",
            number,
        )
        return said % {"count": grouped(number)}, reverse("suppression_list")

    return form_page(request, "marketing/settings/suppression_add.html", form, on_valid)


@requires(EDIT)
@require_POST
def suppression_remove(request: HttpRequest) -> HttpResponse:
    pk = id_in(request.POST.get("address", ""))
    number = remove_suppressions(
        pks=[pk] if pk is not None else [],
        reason=request.POST.get("reason", ""),
        by=permissions.user_of(request),
        at=timezone.now(),
    )
    if number:
        messages.success(request, _("The address may be written to again where there is consent."))
    return redirect("suppression_list")


@requires(VIEW)
@require_POST
def suppression_export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV; the export is an event itself."""
    user = permissions.user_of(request)
    audit.record(actor=user, action="export", object_type="marketing.suppression")
    with speaking_as(user):
        pieces = list(csv_pieces(SuppressionSheet(suppressions())))
    name = f"{_('Suppression list')} {timezone.localdate():%Y-%m-%d}.csv"
    return download(pieces, name, CSV)


# -- one contact -------------------------------------------------------------------------------------


@requires("crm.contact.view")
def contact_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """What a contact agreed to: a part of its page; what the person said to a colleague is noted."""
    user = permissions.user_of(request)
    contact = get_object_or_404(Contact.objects.visible_to(user), pk=pk)
    if request.method == "POST":
        permissions.require(user, EDIT)
        _note(request, contact, user)
        return redirect(contact)
    permissions.require(user, VIEW)
    name = contact.name_for(permissions.access_of(user))
    context = {"contact": contact, "name": name, "p": consents_of(contact, user)}
    parts = {"contact-consent": "consents"}
    return render_page(request, "marketing/consents/contact.html", context, parts=parts)


@requires(EDIT)
def contact_limits(request: HttpRequest, pk: int) -> HttpResponse:
    """How often a person wants messages at most, as they told a colleague."""
    user = permissions.user_of(request)
    contact = get_object_or_404(Contact.objects.visible_to(user), pk=pk)
    known = ContactPreference.objects.filter(contact=contact).first()
    form = LimitsForm(request.POST or None, instance=known)

    def on_valid(valid: LimitsForm) -> tuple[str, str]:
        set_limits(contact=contact, **valid.cleaned_data, by=user, at=timezone.now())
        return _("The limit is noted."), contact.get_absolute_url()

    name = contact.name_for(permissions.access_of(user))
    context = {"contact": contact, "name": name}
    return form_page(request, "marketing/consents/limits.html", form, on_valid, context)


def _note(request: HttpRequest, contact: Contact, user: User) -> None:
    choices = {each.key: each for each in choices_of(contact)}
    form = ConsentForm(request.POST, choices=[(key, key) for key in choices])
    if not form.is_valid():
        messages.error(request, _("Choose a purpose, and say on whose word it is noted."))
        return
    said, choice = form.cleaned_data, choices[form.cleaned_data["choice"]]
    record_consent(
        contact=contact.pk,
        purpose=choice.purpose.pk,
        channel=choice.channel,
        state=said["state"],
        source=ConsentSource.PERSON,
        detail=said["detail"],
        at=timezone.now(),
        by=user,
    )
    messages.success(request, _("The consent is noted."))
