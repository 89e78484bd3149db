"""Web forms in the product: list, page, editor with a preview, answers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.fields.ordering import Order
from core.lists import list_context
from core.lists.keyset import fetch_page
from core.pages import UNPROCESSABLE, is_by_htmx, leave_for, refusals_in, render_page
from core.pages.records import detail_page
from core.permissions import requires
from core.queue import enqueue
from core.views.list_tools import look_after_indexes
from marketing.forms.web_forms import VisitorForm, WebFormEditor
from marketing.models import FormSubmission, WebForm
from marketing.queries.web_forms import answers_of, told
from marketing.services.web_forms import keep_form, take_from_spam
from marketing.tables import WEB_FORMS
from marketing.tasks import send_confirmations

PAGE_SIZE = 50


def _web_form(request: HttpRequest, pk: int, action: str = "view") -> WebForm:
    user = permissions.user_of(request)
    found: WebForm = get_object_or_404(WebForm.objects.visible_to(user, action), pk=pk)
    return found


@requires("marketing.webform.view")
def webform_list(request: HttpRequest) -> HttpResponse:
    context = list_context(WEB_FORMS, request)
    look_after_indexes(context["state"])
    return render_page(request, "core/list/page.html", context, parts={"list": "list"})


@requires("marketing.webform.view")
def webform_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "marketing.webform", pk)


@requires("marketing.webform.create")
def webform_create(request: HttpRequest) -> HttpResponse:
    language = permissions.user_of(request).language
    return _editor(request, WebForm(language=language), reverse("webform_list"))


@requires("marketing.webform.edit")
def webform_edit(request: HttpRequest, pk: int) -> HttpResponse:
    form = _web_form(request, pk, "edit")
    return _editor(request, form, form.get_absolute_url())


def _editor(request: HttpRequest, web_form: WebForm, cancel_url: str) -> HttpResponse:
    """The form; while it is changed, only the preview is drawn anew."""
    is_sent = request.method == "POST"
    is_saved = is_sent and "save" in request.POST
    editor = WebFormEditor(request.POST if is_sent else None, instance=web_form)
    is_valid = is_sent and editor.is_valid()
    if is_saved and is_valid:
        with refusals_in(editor):
            return _saved(request, editor)
    context: dict[str, Any] = {
        "form": editor,
        "web_form": web_form,
        "visitor": _preview(web_form, editor),
        "visitors_language": web_form.language or translation.get_language(),
        "cancel_url": cancel_url,
    }
    status = UNPROCESSABLE if is_sent and not is_by_htmx(request) else 200
    return render_page(
        request,
        "marketing/forms/edit.html",
        context,
        parts={"form-preview": "preview"},
        status=status,
    )


def _preview(web_form: WebForm, editor: WebFormEditor) -> VisitorForm:
    with translation.override(web_form.language or translation.get_language()):
        purposes = editor.cleaned_data.get("purposes", ()) if editor.is_bound else None
        return VisitorForm(form=web_form, purposes=purposes)


def _saved(request: HttpRequest, editor: WebFormEditor) -> HttpResponse:
    saved = keep_form(editor.instance, permissions.user_of(request), timezone.now())
    saved.purposes.set(editor.cleaned_data["purposes"])
    messages.success(request, _("The web form is saved."))
    return leave_for(request, saved.get_absolute_url())


@requires("marketing.webform.view")
def webform_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """All of them, page by page."""
    form, user, is_spam = (
        _web_form(request, pk),
        permissions.user_of(request),
        "spam" in request.GET,
    )
    page = fetch_page(
        answers_of(form, is_spam=is_spam),
        sort=Order("id"),
        descending=True,
        size=PAGE_SIZE,
        token=request.GET.get("after", ""),
    )
    kept = "spam&" if is_spam else ""
    context = {
        "record": form,
        "rows": told(page.rows, user),
        "shows_spam": is_spam,
        "may_edit": permissions.reaches(WebForm, user, form, "edit"),
        "previous_url": f"?{kept}after={page.previous_token}" if page.previous_token else "",
        "next_url": f"?{kept}after={page.next_token}" if page.next_token else "",
    }
    return render_page(request, "marketing/forms/answers.html", context)


@requires("marketing.webform.edit")
@require_POST
def webform_take(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """Somebody says that an answer is no spam."""
    form = _web_form(request, pk, "edit")
    row = get_object_or_404(FormSubmission, pk=answer, form=form)
    take_from_spam(row=row, by=permissions.user_of(request), at=timezone.now())
    enqueue(send_confirmations)
    messages.success(request, _("The answer is taken: the contact is there."))
    return redirect(f"{form.get_absolute_url()}?tab=answers")
