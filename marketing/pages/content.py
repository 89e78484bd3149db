"""What the editor of a message shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.conditions import Viewpoint, checked, from_json, sentence
from core.errors import Refused
from core.models import User
from marketing.choices import MessageForm
from marketing.models import Campaign, CampaignVariant, Message, MessageImage, MessageText
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import contact_type, view_of
from marketing.services.messages.blocks import BY_KEY, KINDS, SPACINGS
from marketing.services.messages.saving import LANGUAGES, may_undo, text_of
from marketing.services.messages.starters import STARTERS
from marketing.services.messages.tokens import written

MOST_PICTURES = 60
MOST_TEMPLATES = 50


@dataclass(frozen=True)
class Place:
    """Where somebody writes: a message in a language, on its own or as a variant of a campaign."""

    message: Message
    language: str
    campaign: Campaign | None = None
    letter: str = ""

    @property
    def path(self) -> str:
        if self.campaign is None:
            return reverse("message_edit", args=[self.message.pk])
        return reverse("campaign_content", args=[self.campaign.pk])

    def url(self, **changes: str) -> str:
        """The address of the page, with another language, variant or view."""
        said = {"variant": self.letter, "language": self.language, **changes}
        return f"{self.path}?{urlencode({name: value for name, value in said.items() if value})}"


def language_of(message: Message, wanted: str) -> str:
    """The language that is asked for if the message has it, else its first, else the one to begin with."""
    there = list(message.texts.values_list("language", flat=True))
    if wanted in there:
        return wanted
    return there[0] if there else (wanted if wanted in LANGUAGES else settings.LANGUAGE_CODE)


@dataclass(frozen=True)
class Control:
    """A line of the settings of a block."""

    name: str
    label: Any
    value: Any
    hint: Any = ""


def shown_block(block: Mapping[str, Any], fields: MergeFields, view: Viewpoint) -> dict[str, Any]:
    """A block as the page draws it, with fields as people read them."""
    kind = BY_KEY[block["kind"]]
    shown: dict[str, Any] = {
        name: written(value, fields.labels, is_html=name == "html")
        if isinstance(value, str)
        else value
        for name, value in block.items()
        if name != "condition"
    }
    controls = [
        Control(name, part.label, shown[name], part.hint)
        for name, part in kind.parts.items()
        if name in {"url", "alt"}
    ]
    condition = block.get("condition")
    return {
        **shown,
        "label": kind.label,
        "controls": controls,
        "takes_picture": "image" in kind.parts,
        "spacings": _spacings(block["spacing"]),
        "condition": _read(condition, view) if condition else "",
        "columns": [(n, shown[f"title{n}"], shown[f"text{n}"]) for n in (1, 2, 3)]
        if block["kind"] == "columns"
        else [],
    }


def _spacings(current: str) -> list[tuple[str, str, bool]]:
    words = {
        "tight": pgettext("spacing", "Tight"),
        "normal": pgettext("spacing", "Normal"),
        "airy": pgettext("spacing", "Airy"),
    }
    return [(key, words[key], key == current) for key in SPACINGS]


def _read(condition: Any, view: Viewpoint) -> str:
    try:
        return sentence(checked(from_json(condition), contact_type(), view), contact_type(), view)
    except Refused:
        return _("A condition that you may not see, or that can no longer be asked.")


def canvas_context(
    place: Place, row: MessageText, user: User, at: datetime, selected: str
) -> dict[str, Any]:
    """The part that changes with each act: the blocks and their settings."""
    view = view_of(user, at)
    fields = MergeFields(view)
    body: Any = row.body
    is_blocks = place.message.form == MessageForm.BLOCKS
    blocks = [shown_block(block, fields, view) for block in body] if is_blocks else []
    images = {block["image"] for block in blocks if block.get("image")}
    stored = MessageImage.objects.in_bulk(images) if images else {}
    for block in blocks:
        block["picture"] = stored.get(block.get("image") or 0)
    keys = [block["id"] for block in blocks]
    with translation.override(place.language):
        foot = {"leave": _("Unsubscribe"), "choose": _("Choose topics")}
    return {
        "foot": foot,
        "place": place,
        "message": place.message,
        "fields": fields,
        "subject": written(row.subject, fields.labels),
        "preview": written(row.preview, fields.labels),
        "text": "" if is_blocks else written(str(body.get("text", "")), fields.labels),
        "blocks": blocks,
        "order": ",".join(keys),
        "selected": selected if selected in keys else "",
        "is_blocks": is_blocks,
    }


def editor_parts(place: Place, user: User, at: datetime, selected: str = "") -> dict[str, Any]:
    """The whole editor."""
    message = place.message
    row = text_of(message, place.language)
    there = list(message.texts.values_list("language", flat=True)) or [place.language]
    context = canvas_context(place, row, user, at, selected)
    return {
        **context,
        "kinds": KINDS,
        "languages": [
            {
                "label": LANGUAGES[code],
                "url": place.url(language=code),
                "is_current": code == place.language,
            }
            for code in there
        ],
        "more_languages": [(code, name) for code, name in LANGUAGES.items() if code not in there],
        "language_name": LANGUAGES[place.language],
        "has_several": len(there) > 1,
        "forms": [(value, label, value == message.form) for value, label in MessageForm.choices],
        "may_undo": may_undo(message, place.language),
        "is_empty": not row.body or row.body == {"text": ""},
        "starters": STARTERS,
        "templates": list(
            Message.objects.kept().templates().order_by("name_key", "pk")[:MOST_TEMPLATES]
        ),
        "pictures": list(MessageImage.objects.order_by("-created_at", "-pk")[:MOST_PICTURES]),
        "variants": _variants(place),
    }


def _variants(place: Place) -> Sequence[Mapping[str, Any]]:
    """The variants of the campaign as tabs, where it has several."""
    if place.campaign is None:
        return []
    letters = list(
        CampaignVariant.objects.filter(campaign=place.campaign).values_list("letter", flat=True)
    )
    if len(letters) == 1:
        return []
    return [
        {"label": each, "url": place.url(variant=each), "is_current": each == place.letter}
        for each in letters
    ]
