"""The page of a web form: what came in, and how it comes onto a website."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import permissions
from core.forms.records import RecordForm
from core.models import User
from core.origins import absolute
from core.permissions import Access
from core.records import Action, Pill, RecordPage, Tab
from marketing.models import WebForm
from marketing.queries.web_forms import NEWEST, answers_of, told
from marketing.services.web_forms import FIELDS, keep_form, purposes_of, wording_of


def page_path(form: WebForm, _access: Access | None = None) -> str:
    return reverse("web_form_page", args=[form.key])


def answers(form: WebForm, user: User, *, is_spam: bool = False) -> dict[str, Any]:
    rows = list(answers_of(form, is_spam=is_spam)[: NEWEST + 1])
    url = f"{reverse('webform_answers', args=[form.pk])}{'?spam' if is_spam else ''}"
    return {
        "rows": told(rows[:NEWEST], user),
        "shows_spam": is_spam,
        "may_edit": permissions.reaches(WebForm, user, form, "edit"),
        "older_url": url if len(rows) > NEWEST else "",
    }


def spam(form: WebForm, user: User) -> dict[str, Any]:
    return answers(form, user, is_spam=True)


def embedding(form: WebForm, _user: User) -> dict[str, Any]:
    """Four ways onto a website: a link, a frame, plain HTML, a script."""
    page = absolute(page_path(form))
    frame = absolute(reverse("web_form_frame", args=[form.key]))
    send = absolute(reverse("web_form_send", args=[form.key]))
    title = escape(form.title or form.name)
    framed = f'<iframe src="{frame}" title="{title}" width="100%" height="640"></iframe>'
    where = ", ".join(form.origins)
    only = _("on %(websites)s") % {"websites": where} if where else _("name the websites first")
    return {
        "ways": [
            {"key": "page", "title": _("A page of its own"), "code": page, "url": page_path(form)},
            {"key": "frame", "title": _("In a frame"), "sub": only, "code": framed},
            {"key": "html", "title": _("Plain HTML"), "code": _html(form, page)},
            {
                "key": "script",
                "title": _("By a script"),
                "sub": only,
                "code": _script(form, send),
            },
        ]
    }


def _html(form: WebForm, page: str) -> str:
    lines = [f'<form method="post" action="{page}">']
    for each in form.fields:
        label, name = escape(str(FIELDS[each["name"]][0])), each["name"]
        needed = " required" if each["required"] else ""
        kind = {"email": "email", "phone": "tel"}.get(name, "text")
        control = (
            f'<textarea name="{name}"{needed}></textarea>'
            if name == "message"
            else f'<input type="{kind}" name="{name}"{needed}>'
        )
        lines.append(f"  <label>{label} {control}</label>")
    if form.purposes.exists():
        box = '<input type="checkbox" name="consent">'
        lines.append(f"  <label>{box} {escape(wording_of(form, purposes_of(form)))}</label>")
    lines.append('  <input name="website" hidden tabindex="-1" autocomplete="off">')
    # Filled by the line for websites, where the page has it: visits become the person's.
    lines.append('  <input name="renmai-visitor" type="hidden">')
    lines.append(f"  <button>{escape(form.button or _('Send'))}</button>")
    return "\n".join([*lines, "</form>"])


def _script(form: WebForm, send: str) -> str:
    names = ", ".join(f'"{each["name"]}": "…"' for each in form.fields)
    return (
        f'fetch("{send}", {{\n  method: "POST",\n  headers: {{"Content-Type": "application/json"}},\n'
        f"  body: JSON.stringify({{values: {{{names}}}, consent: false, token: crypto.randomUUID(), "
        'visitor: localStorage.getItem("renmai")}),\n});'
    )


def _pills(form: WebForm, access: Access) -> Sequence[Pill]:
    if not access.sees("marketing.webform.open"):
        return ()
    if form.is_open:
        return (Pill(pgettext("web form", "Takes answers"), "ok", has_dot=True),)
    return (Pill(pgettext("web form", "Closed"), "warn"),)


WEB_FORM_PAGE = RecordPage(
    "marketing.webform",
    create_url="webform_create",
    edit_url="webform_edit",
    first=("name",),
    save=keep_form,
    form=RecordForm,
    new_title=gettext_lazy("New web form"),
    edit_title=gettext_lazy("Edit web form"),
    saved=gettext_lazy("The web form is saved."),
    pills=_pills,
    actions=(Action("open", gettext_lazy("Look at it"), "external-link", page_path),),
    is_square=True,
    tabs=(
        Tab(
            "answers",
            gettext_lazy("Answers"),
            "inbox",
            "marketing/forms/submissions.html",
            answers,
        ),
        Tab("spam", gettext_lazy("Spam"), "ban", "marketing/forms/submissions.html", spam),
        Tab(
            "embed",
            gettext_lazy("On your website"),
            "world",
            "marketing/forms/embed.html",
            embedding,
        ),
    ),
)

RECORD_PAGES = (WEB_FORM_PAGE,)
