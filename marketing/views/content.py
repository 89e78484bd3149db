"""The editor of messages: the step Content of campaigns, and templates."""

import json
from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, SELF
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refused
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx, leave_for
from core.permissions import requires, takes_files, user_of
from crm.models import Contact
from marketing.choices import MessageForm
from marketing.forms.content import ShownAsForm, said_of
from marketing.models import CampaignVariant, Message, MessageImage
from marketing.pages.campaigns import editor_context
from marketing.pages.content import MOST_PICTURES, Place, canvas_context, editor_parts, language_of
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import view_of
from marketing.services.campaigns.drafts import add_variant
from marketing.services.messages.arranging import arranged
from marketing.services.messages.pictures import MOST_BYTES, add_picture
from marketing.services.messages.saving import (
    add_language,
    fill_from,
    remove_language,
    save_text,
    set_form,
    text_of,
    undo_text,
)
from marketing.services.messages.starters import fill_from_starter, make_template, starter_of
from marketing.views.campaigns import draft_at

EDIT = "marketing.campaign.edit"
# Trix writes its own style into the page; the preview stands in a frame.
ITS_OWN = {"style-src": [NONCE], "frame-src": [SELF]}
BLOCK_ACTS = frozenset({"add", "picture", "up", "down", "copy", "remove"})
LONGEST = 20


def place_at(request: HttpRequest, pk: int) -> Place:
    """The message of the number, if the user may write it; that of a campaign through the campaign."""
    message = get_object_or_404(Message.objects.kept(), pk=pk)
    said = request.POST if request.method == "POST" else request.GET
    language = language_of(message, said.get("language", ""))
    variant = CampaignVariant.objects.filter(message=message).first()
    if variant is not None:
        campaign = draft_at(request, variant.campaign_id)
        return Place(message, language, campaign, variant.letter)
    if not message.is_template:
        raise Http404
    return Place(message, language)


@requires(EDIT)
@require_GET
def campaign_content(request: HttpRequest, pk: int) -> HttpResponse:
    """The second step: what the campaign says, in each variant and language."""
    campaign = draft_at(request, pk)
    variants = list(campaign.variants.select_related("message"))
    variant = next((v for v in variants if v.letter == request.GET.get("variant")), variants[0])
    language = language_of(variant.message, request.GET.get("language", ""))
    place = Place(variant.message, language, campaign, variant.letter)
    context = {**editor_context(campaign, "content"), **_page(request, place)}
    return _with_frame(render(request, "marketing/campaigns/content.html", context))


@requires(EDIT)
@require_GET
def message_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A template."""
    place = place_at(request, pk)
    if place.campaign is not None:
        return redirect(place.url())
    return _with_frame(render(request, "marketing/messages/edit.html", _page(request, place)))


def _with_frame(answer: HttpResponse) -> HttpResponse:
    answer._csp_update = ITS_OWN  # type: ignore[attr-defined]  # noqa: SLF001  # as csp_update does
    return answer


def _page(request: HttpRequest, place: Place) -> dict[str, Any]:
    user, at = user_of(request), timezone.now()
    context = editor_parts(place, user, at, request.GET.get("block", ""))
    return {**context, **look_of(request, place)}


def look_of(request: HttpRequest, place: Place) -> dict[str, Any]:
    """How the letter is looked at: written, or as mail programs show it to a contact."""
    look = request.GET.get("view", "")
    look = look if look in {"desktop", "phone"} else ""
    user, form = user_of(request), None
    contact = contact_at(request.GET, user)
    if look:
        form = ShownAsForm(
            request.GET if "who" in request.GET else None, user=user, contact=contact
        )
        contact = form.chosen() or contact
    shown_as = str(contact.pk) if contact else ""
    dark = {"dark": "1"} if request.GET.get("dark") else {}
    looks = (
        ("pencil", _("Write"), ""),
        ("device-desktop", _("On a computer"), "desktop"),
        ("device-mobile", _("On a phone"), "phone"),
    )
    said = place.url(as_id=shown_as, **dark).partition("?")[2]
    return {
        "look": look,
        "looks": [
            (icon, label, place.url(view=key, as_id=shown_as), key == look)
            for icon, label, key in looks
        ],
        "is_dark": bool(dark),
        "dark_url": place.url(view=look, as_id=shown_as, **({} if dark else {"dark": "1"})),
        "frame_url": f"{reverse('message_preview', args=[place.message.pk])}?{said}",
        "shown_as": shown_as,
        "as_form": form,
    }


def contact_at(said: Any, user: User) -> Contact | None:
    """The contact as which a letter is shown, if the user sees it."""
    number = said.get("as_id", "")
    if not number.isdecimal() or len(number) >= LONGEST:
        return None
    found: Contact | None = Contact.objects.visible_to(user).filter(pk=number).first()
    return found


@requires(EDIT)
@require_POST
def message_write(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what stands in the editor, and do what the pressed button says."""
    place = place_at(request, pk)
    act, _colon, what = request.POST.get("do", "save").partition(":")
    try:
        return _done(request, place, act, what)
    except Refused as refusal:
        return _refused(request, place, str(refusal))


def _done(request: HttpRequest, place: Place, act: str, what: str) -> HttpResponse:
    user, at = user_of(request), timezone.now()
    if act == "undo":
        version = _version(request)
        undo_text(message=place.message, language=place.language, version=version, by=user)
        return _canvas(request, place, "")
    before = text_of(place.message, place.language)
    names = MergeFields(view_of(user, at)).names
    said = said_of(request.POST, place.message.form, names, before.body)
    selected = request.POST.get("selected", "")
    if act in BLOCK_ACTS and place.message.form == MessageForm.BLOCKS:
        said["body"], selected = arranged(said["body"], act, what, selected)
    save_text(
        message=place.message,
        language=place.language,
        said=said,
        version=_version(request),
        by=user,
        at=at,
    )
    if act in AFTERWARDS:
        place.message.refresh_from_db()
        return leave_for(request, AFTERWARDS[act](request, place, what))
    if act == "save" and is_by_htmx(request):
        return _saved(request, place)
    return _canvas(request, place, selected)


def _version(request: HttpRequest) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < LONGEST else 0


# -- what happens after saving ---------------------------------------------------------------------


def _go(request: HttpRequest, place: Place, what: str) -> str:
    hosts = {request.get_host()}
    return what if url_has_allowed_host_and_scheme(what, hosts) else place.url()


def _language(request: HttpRequest, place: Place, what: str) -> str:
    add_language(
        message=place.message,
        language=what or request.POST.get("new_language", ""),
        like=place.language,
        version=place.message.version,
        by=user_of(request),
    )
    return place.url(language=what)


def _no_language(request: HttpRequest, place: Place, _what: str) -> str:
    remove_language(
        message=place.message,
        language=place.language,
        version=place.message.version,
        by=user_of(request),
    )
    return place.url(language="")


def _form(request: HttpRequest, place: Place, what: str) -> str:
    set_form(message=place.message, form=what, version=place.message.version, by=user_of(request))
    return place.url()


def _starter(_request: HttpRequest, place: Place, what: str) -> str:
    fill_from_starter(place.message, starter_of(what))
    return place.url()


def _template(request: HttpRequest, place: Place, what: str) -> str:
    number = int(what) if what.isdecimal() and len(what) < LONGEST else 0
    source = Message.objects.kept().templates().filter(pk=number).first()
    if source is None:
        raise Refused(_("This template is gone. Choose another one."))
    message, user = place.message, user_of(request)
    fill_from(message=message, source=source, version=message.version, by=user)
    return place.url()


def _keep(request: HttpRequest, place: Place, _what: str) -> str:
    made = make_template(name=place.message.name, by=user_of(request), like=place.message)
    said = _("“%(name)s” is among the templates now.") % {"name": made.name}
    messages.success(request, said)
    return place.url()


def _variant(request: HttpRequest, place: Place, _what: str) -> str:
    if place.campaign is None:
        raise Refused(_("Only campaigns have variants."))
    made = add_variant(campaign=place.campaign, by=user_of(request))
    said = _("Variant %(letter)s is there, as a copy of the one before.")
    messages.success(request, said % {"letter": made.letter})
    return place.url(variant=made.letter)


AFTERWARDS: dict[str, Callable[[HttpRequest, Place, str], str]] = {
    "go": _go,
    "language": _language,
    "nolanguage": _no_language,
    "form": _form,
    "starter": _starter,
    "template": _template,
    "keep": _keep,
    "variant": _variant,
}

# -- answers ---------------------------------------------------------------------------------------


def _state(place: Place, refusal: str = "") -> dict[str, Any]:
    return {
        "place": place,
        "message": place.message,
        "saved_at": timezone.now(),
        "refusal": refusal,
    }


def _told(response: HttpResponse) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"letter-saved": {}})
    return response


def _saved(request: HttpRequest, place: Place) -> HttpResponse:
    return _told(render(request, "marketing/messages/saved.html", _state(place)))


def _canvas(request: HttpRequest, place: Place, selected: str) -> HttpResponse:
    if not is_by_htmx(request):
        return redirect(place.url(block=selected))
    row = text_of(place.message, place.language)
    context = canvas_context(place, row, user_of(request), timezone.now(), selected)
    context |= _state(place)
    return _told(render(request, "marketing/messages/changed.html", context))


def _refused(request: HttpRequest, place: Place, refusal: str) -> HttpResponse:
    if not is_by_htmx(request):
        messages.error(request, refusal)
        return redirect(place.url())
    context = {**_state(place, refusal), "version": _version(request)}
    answer = render(request, "marketing/messages/saved.html", context, status=UNPROCESSABLE)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#letter-state", "outerHTML"
    return answer


# -- pictures --------------------------------------------------------------------------------------


@takes_files
@requires(EDIT)
@require_POST
def message_pictures(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture is uploaded; answers with those there are."""
    place = place_at(request, pk)
    upload, refusal = request.FILES.get("picture"), ""
    data, name = (upload.read(MOST_BYTES + 1), upload.name or "") if upload else (b"", "")
    try:
        add_picture(data=data, name=name, by=user_of(request))
    except Refused as error:
        refusal = str(error)
    if not is_by_htmx(request):
        if refusal:
            messages.error(request, refusal)
        return redirect(place.url())
    context: dict[str, Any] = {
        "place": place,
        "message": place.message,
        "refusal": refusal,
        "pictures": list(MessageImage.objects.order_by("-created_at", "-pk")[:MOST_PICTURES]),
    }
    status = UNPROCESSABLE if refusal else 200
    return render(request, "marketing/messages/pictures.html", context, status=status)
