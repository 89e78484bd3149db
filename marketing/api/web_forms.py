"""Web forms by program: what they ask for, which consent, what happens afterwards; the answers."""

from collections.abc import Mapping

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.origins import absolute
from core.telling.values import moment
from marketing.api.asking import (
    Is,
    all_are,
    checked_types,
    is_flag,
    is_id,
    is_text,
    is_thing,
    refusing,
    require_valid,
)
from marketing.forms.web_forms import WebFormEditor
from marketing.models import FormSubmission, WebForm
from marketing.queries.web_forms import answers_of, told
from marketing.services.web_forms import FIELDS, keep_form

VIEW, EDIT = "marketing.webform.view", "marketing.webform.edit"
SETUP: Json = {
    "fields": {
        "type": "array",
        "items": thing({"name": {"type": "string", "enum": list(FIELDS)}, "required": FLAG}),
        "description": "What visitors are asked for, in the order of the page.",
    },
    "purposes": {
        "type": "array",
        "items": ID,
        "description": "With a box that is not ticked; without one there is no box.",
    },
    "consent_text": {"type": "string", "maxLength": 500},
    "is_confirmed": FLAG,
    "intro": {"type": "string", "maxLength": 1_000},
    "button": {"type": "string", "maxLength": 40},
    "redirect_url": {"type": "string", "maxLength": 300},
    "websites": {
        "type": "array",
        "items": TEXT,
        "description": "Where it may stand in a frame or be sent by a script.",
    },
}
TOLD = thing(
    {
        "form": ID,
        **SETUP,
        "page": {**TEXT, "description": "The address of its own page."},
        "frame": {**TEXT, "description": "The address for a frame."},
        "send": {**TEXT, "description": "Where a script posts answers to."},
    }
)


def _is_field(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "required"}
        and is_text(value["name"])
        and is_flag(value["required"])
    )


KINDS: Mapping[str, Is] = {
    "fields": lambda value: all_are(is_thing, len(FIELDS))(value) and all(map(_is_field, value)),
    "purposes": all_are(is_id),
    "consent_text": is_text,
    "is_confirmed": is_flag,
    "intro": is_text,
    "button": is_text,
    "redirect_url": is_text,
    "websites": all_are(is_text),
}


class _OfWebForm(ApiView):
    def form(self, request: Request, pk: int, action: str = "view") -> WebForm:
        rows = WebForm.objects.visible_to(user_of(request), action)
        found: WebForm | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class WebFormSetup(_OfWebForm):
    """What a form asks for, and where it stands."""

    rights = {"GET": VIEW, "PATCH": EDIT}

    @described("What a web form asks for, and its addresses", answers={200: TOLD})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(self.form(request, pk)))

    @described(
        "Change what a web form asks for",
        description="Only what is given is changed. Name, heading, thanks and whether it takes answers are fields of "
        "the record.",
        takes=thing(SETUP, required=[]),
        answers={200: TOLD},
        fails=WRITE_FAILS,
    )
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        form, body = self.form(request, pk, "edit"), body_of(request)
        checked_types(body, KINDS)
        editor = WebFormEditor(_said(form, body), instance=form)
        require_valid(editor, {"asked": "fields", "needed": "fields"})
        purposes = editor.cleaned_data["purposes"]
        saved = refusing(
            "websites" if "websites" in body else "fields",
            lambda: keep_form(editor.instance, user_of(request), timezone.now()),
        )
        saved.purposes.set(purposes)
        return Response(_told(saved))


def _said(form: WebForm, body: Json) -> Json:
    """The form as its editor would send it, with what the body changes."""
    now = {
        **{name: getattr(form, name) for name in WebFormEditor.Meta.fields if name != "purposes"},
        "purposes": list(form.purposes.filter(archived_at=None).values_list("pk", flat=True)),
    }
    fields = body.get("fields", form.fields)
    now["asked"] = [each["name"] for each in fields]
    now["needed"] = [each["name"] for each in fields if each["required"]]
    now["websites"] = "\n".join(body.get("websites", form.origins))
    own = {name: value for name, value in body.items() if name not in ("fields", "websites")}
    return {**now, **own}


def _told(form: WebForm) -> Json:
    names = ("fields", "consent_text", "is_confirmed", "intro", "button", "redirect_url")
    return {
        "form": form.pk,
        **{name: getattr(form, name) for name in names},
        "purposes": sorted(form.purposes.values_list("pk", flat=True)),
        "websites": form.origins,
        "page": absolute(reverse("web_form_page", args=[form.key])),
        "frame": absolute(reverse("web_form_frame", args=[form.key])),
        "send": absolute(reverse("web_form_send", args=[form.key])),
    }


class WebFormAnswers(_OfWebForm):
    """What came in by a web form."""

    rights = {"GET": VIEW}

    @described(
        "Answers to a web form, the newest first; without spam",
        query=lists.PAGING,
        answers={
            200: listed(
                thing(
                    {
                        "id": ID,
                        "name": TEXT,
                        "contact": MAYBE_NUMBER,
                        "lead": MAYBE_NUMBER,
                        "at": MAYBE_MOMENT,
                    }
                )
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        form = self.form(request, pk)

        def read(row: FormSubmission) -> Json:
            (seen,) = told([row], user)
            return {
                "id": seen.pk,
                "name": seen.who,  # type: ignore[attr-defined]  # told adds it
                "contact": seen.contact.pk if seen.contact is not None else None,
                "lead": seen.lead.pk if seen.lead is not None else None,
                "at": moment(seen.at),
            }

        return lists.answer(request, answers_of(form, is_spam=False), read, newest_first=True)
