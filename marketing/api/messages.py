"""Messages by program: templates and those of campaigns, read, written and tried."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_TEXT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    query,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.ids import is_id
from core.models import User
from crm.models import Contact
from marketing.api.asking import only, refusing
from marketing.models import Campaign, CampaignVariant, Message, MessageText
from marketing.services.campaigns.preflight import letter_checks
from marketing.services.messages.findings import Check
from marketing.services.messages.saving import LANGUAGES, save_text
from marketing.services.messages.starters import make_template
from marketing.services.messages.trying import example_contacts, letter_to

VIEW, EDIT = "marketing.campaign.view", "marketing.campaign.edit"
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}
BODY: Json = {
    "description": "A list of blocks, each with its `kind` (heading, text, image, button, columns, divider, product, quote) "
    "and parts; of Markdown and plain text an object with `text`. Fields stand in texts as `{{given_name|there}}`.",
}
LANGUAGE: Json = {"type": "string", "enum": list(LANGUAGES)}
TOLD = thing(
    {
        "id": ID,
        "name": TEXT,
        "form": TEXT,
        "is_template": FLAG,
        "version": NUMBER,
        "languages": {"type": "array", "items": LANGUAGE},
    }
)
WRITTEN = thing(
    {"language": LANGUAGE, "subject": TEXT, "preview": TEXT, "body": BODY, "version": NUMBER}
)


def told(message: Message) -> Json:
    return {
        "id": message.pk,
        "name": message.name,
        "form": message.form,
        "is_template": message.is_template,
        "version": message.version,
        "languages": [text.language for text in message.texts.all()],
    }


class _OfMessage(ApiView):
    def message(self, request: Request, pk: int, action: str) -> tuple[Message, Campaign | None]:
        """A template, or a message of a campaign that the caller reaches."""
        message = Message.objects.kept().filter(pk=pk).first()
        if message is None:
            raise Http404
        variant = CampaignVariant.objects.filter(message=message).first()
        if variant is None:
            if not message.is_template:
                raise Http404
            return message, None
        rows = Campaign.objects.visible_to(user_of(request), action).select_related("owner")
        campaign = rows.filter(pk=variant.campaign_id).first()
        if campaign is None:
            raise Http404
        return message, campaign


class Messages(ApiView):
    """The templates."""

    rights = {"GET": VIEW, "POST": EDIT}

    @described(
        "Templates of messages, the newest first",
        query=lists.PAGING,
        answers={200: listed(TOLD)},
    )
    def get(self, request: Request) -> Response:
        rows = Message.objects.kept().templates().prefetch_related("texts")
        return lists.answer(request, rows, told, newest_first=True)

    @described(
        "Make a template",
        description="Empty, or as one of the ready-made ones: newsletter, invitation, product, welcome, win-back.",
        takes=thing({"name": TEXT, "starter": TEXT}, required=["name"]),
        answers={201: TOLD},
        **WRITE,
    )
    @once
    def post(self, request: Request) -> Response:
        body = body_of(request)
        only(body, "name", "starter")
        made = refusing(
            "name",
            lambda: make_template(
                name=str(body.get("name", "")),
                by=user_of(request),
                starter=str(body.get("starter", "")),
            ),
        )
        return Response(told(made), status=201)


class MessageDetail(_OfMessage):
    """One message."""

    rights = {"GET": VIEW}

    @described("A message, without its texts", answers={200: TOLD})
    def get(self, request: Request, pk: int) -> Response:
        message, _campaign = self.message(request, pk, "view")
        return Response(told(message))


class MessageTexts(_OfMessage):
    """A message in one language."""

    rights = {"GET": VIEW, "PUT": EDIT}

    @described("The text of a message in a language", answers={200: WRITTEN})
    def get(self, request: Request, pk: int, language: str) -> Response:
        message, _campaign = self.message(request, pk, "view")
        row = message.texts.filter(language=language).first()
        if row is None:
            raise Http404
        return Response(_written(message, row))

    @described(
        "Write the text of a message in a language",
        description="`version` is that of the message as it was read: if somebody else has changed it since, this is "
        "refused. Rich text is cleaned; what is stored is answered.",
        takes=thing(
            {"subject": TEXT, "preview": TEXT, "body": BODY, "version": NUMBER},
            required=["version"],
        ),
        answers={200: WRITTEN},
        fails=WRITE_FAILS,
    )
    def put(self, request: Request, pk: int, language: str) -> Response:
        message, _campaign = self.message(request, pk, "edit")
        body = body_of(request)
        only(body, "subject", "preview", "body", "version")
        version = body.get("version")
        if not is_id(version):
            raise InvalidError(
                {"version": [_("Give the number of the version that you have read.")]}
            )
        refusing(
            "body",
            lambda: save_text(
                message=message,
                language=language,
                said=body,
                version=version,
                by=user_of(request),
                at=timezone.now(),
            ),
        )
        message.refresh_from_db()
        return Response(_written(message, message.texts.get(language=language)))


class MessagePreview(_OfMessage):
    """A message as a contact would get it."""

    rights = {"GET": VIEW}

    @described(
        "A message as a contact would get it",
        description="`language` and `contact` (a number) may be given; else the first language and somebody of the audience.",
        query=(
            query("language", "One of the message's; else its first.", LANGUAGE),
            query("contact", "As whom; else somebody of the audience.", ID),
        ),
        answers={
            200: thing(
                {
                    "subject": TEXT,
                    "html": TEXT,
                    "text": TEXT,
                    "language": LANGUAGE,
                    "contact": MAYBE_TEXT,
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        message, campaign = self.message(request, pk, "view")
        user = user_of(request)
        there = [text.language for text in message.texts.all()]
        language = request.query_params.get("language") or (there[0] if there else "")
        if language not in there:
            raise Http404
        contact = _contact(request, campaign, user)
        said = letter_to(message, campaign, contact, language, user)
        return Response(
            {
                "subject": said.subject,
                "html": said.html,
                "text": said.text,
                "language": said.language,
                "contact": contact.name_for(permissions.access_of(user)) if contact else None,
            }
        )


class MessageChecks(_OfMessage):
    """What is looked at before sending."""

    rights = {"GET": VIEW}

    @described(
        "What is looked at before a message is sent",
        answers={
            200: thing(
                {
                    "checks": {
                        "type": "array",
                        "items": thing(
                            {"is_fine": FLAG, "is_blocking": FLAG, "title": TEXT, "detail": TEXT}
                        ),
                    }
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        message, campaign = self.message(request, pk, "view")
        checks, _numbers = letter_checks(message, campaign, timezone.now(), user_of(request))
        return Response({"checks": [_looked_at(each) for each in checks]})


def _looked_at(check: Check) -> Json:
    return {
        "is_fine": check.is_good,
        "is_blocking": check.is_stop,
        "title": check.title,
        "detail": check.detail,
    }


def _contact(request: Request, campaign: Campaign | None, user: User) -> Contact | None:
    number = request.query_params.get("contact", "")
    if not number:
        return next(iter(example_contacts(campaign, user, timezone.now())), None)
    if not number.isdecimal() or not is_id(int(number[:19])):
        raise Http404
    found: Contact | None = Contact.objects.visible_to(user).filter(pk=int(number[:19])).first()
    if found is None:
        raise Http404
    return found


def _written(message: Message, row: MessageText) -> Json:
    return {
        "language": row.language,
        "subject": row.subject,
        "preview": row.preview,
        "body": row.body,
        "version": message.version,
    }
