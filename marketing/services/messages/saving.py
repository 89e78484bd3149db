"""Texts of messages: written with a check that nobody else did in the meantime, kept for undo."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from core import permissions
from core.conditions import asks_who_asks, checked, from_json
from core.errors import Refused
from core.models import User
from marketing.choices import MessageForm
from marketing.models import CampaignVariant, Message, MessageText
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import contact_type, view_of
from marketing.services.campaigns.drafts import copy_texts, require_change
from marketing.services.messages.blocks import clean_blocks, line, lines
from marketing.services.messages.noting import note_writing
from marketing.services.messages.rich import as_text, from_markdown
from marketing.services.messages.tokens import tokens_in
from marketing.services.messages.wording import words_of

EDIT = "marketing.campaign.edit"
MOST_SUBJECT = 250
MOST_TEXT = 60_000
# How many states before the present one can be brought back, and for how long.
MOST_BEFORE, BEFORE_SECONDS = 40, 8 * 3_600
# Each called as its speakers call it.
LANGUAGES = {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}


class Overtaken(Refused):  # an answer
    """Somebody else has changed the message since it was read."""


def require_write(message: Message, by: User) -> None:
    """Refuse whoever may not change the campaign that the message belongs to, or no templates."""
    variant = CampaignVariant.objects.filter(message=message).select_related("campaign").first()
    if variant is not None:
        require_change(variant.campaign, by)
    else:
        permissions.require(by, EDIT)


def text_of(message: Message, language: str) -> MessageText:
    """The stored text of a language, or an empty one."""
    found = message.texts.filter(language=language).first()
    return found or MessageText(message=message, language=language, body=empty_body(message.form))


def empty_body(form: str) -> Any:
    return [] if form == MessageForm.BLOCKS else {"text": ""}


def save_text(
    *,
    message: Message,
    language: str,
    said: Mapping[str, Any],
    version: int,
    by: User,
    at: datetime,
) -> bool:
    """Write subject, preview and body of one language; False where nothing is new.

    `version` is that of the message as the writer has read it.
    """
    require_write(message, by)
    if language not in LANGUAGES:
        raise Refused(_("Choose a language that is offered."))
    before = text_of(message, language)
    row = _cleaned(message, before, said, by, at)
    if before.pk and _content(row) == _content(before):
        return False
    with transaction.atomic():
        _claim(message, version, by)
        after = {"subject": row.subject, "preview": row.preview, "body": row.body}
        order = before.order if before.pk else message.texts.count()
        MessageText.objects.update_or_create(
            message=message,
            language=language,
            defaults=after,
            create_defaults={**after, "order": order},
        )
    if before.pk:
        _remember(message, language, _content(before))
    return True


def _claim(message: Message, version: int, by: User) -> None:
    """Only who has read the present version writes the next one, and is noted once a session."""
    rows = Message.objects.filter(pk=message.pk, version=version)
    if not rows.update(version=F("version") + 1):
        raise Overtaken(
            _(
                "Somebody else has changed this message in the meantime. Copy what you have just written, then load "
                "the page again."
            )
        )
    message.version = version + 1
    note_writing(message, by)


def _content(row: MessageText) -> dict[str, Any]:
    return {"subject": row.subject, "preview": row.preview, "body": row.body}


def _cleaned(
    message: Message, before: MessageText, said: Mapping[str, Any], by: User, at: datetime
) -> MessageText:
    """What is said in the form in which it is stored; refuses what the writer may not use."""
    body: Any = said.get("body", empty_body(message.form))
    if message.form == MessageForm.BLOCKS:
        body = clean_blocks(body)
        _check_conditions(body, before, by, at)
    else:
        body = {"text": _long_text(body)}
    row = MessageText(
        language=before.language,
        subject=line(said.get("subject"), MOST_SUBJECT),
        preview=line(said.get("preview"), MOST_SUBJECT),
        body=body,
    )
    _check_fields(row, before, by, at)
    return row


def _long_text(body: Any) -> str:
    text = body.get("text") if isinstance(body, Mapping) else None
    if not isinstance(text, str):
        raise Refused(_("The text of this message is one long text."))
    if len(text) > MOST_TEXT:
        raise Refused(_("A message has %(most)s characters at most.") % {"most": MOST_TEXT})
    return lines(text, MOST_TEXT)


def _check_fields(row: MessageText, before: MessageText, by: User, at: datetime) -> None:
    """Fields that the writer sees, and those that stood there before."""
    used = {token.name for text in words_of(row) for token in tokens_in(text)}
    kept = {token.name for text in words_of(before) for token in tokens_in(text)}
    fields = MergeFields(view_of(by, at))
    for name in sorted(used - kept):
        if fields.get(name) is None:
            raise Refused(
                _("There is no field “%(name)s” that you may use in messages.")
                % {"name": name[:80]}
            )


def _check_conditions(
    body: list[dict[str, Any]], before: MessageText, by: User, at: datetime
) -> None:
    """What is asked of recipients, in its stored form; what stood there before is not asked again."""
    old: Any = before.body if isinstance(before.body, list) else []
    kept = {block.get("id"): block.get("condition") for block in old}
    for block in body:
        given = block.get("condition")
        if not given or kept.get(block["id"]) == given:
            continue
        asked = checked(from_json(given), contact_type(), view_of(by, at))
        if asks_who_asks(asked):
            raise Refused(
                _("A letter is the same for all colleagues: choose people instead of “me”.")
            )
        block["condition"] = asked.as_json()


# -- undo ------------------------------------------------------------------------------------------


def _key(message: Message, language: str) -> str:
    # With its moment: a database that was set up anew gives the same numbers again.
    return f"message-before:{message.pk}:{message.created_at.timestamp()}:{language}"


def _remember(message: Message, language: str, content: dict[str, Any]) -> None:
    key = _key(message, language)
    cache.set(key, [*cache.get(key, []), content][-MOST_BEFORE:], BEFORE_SECONDS)


def may_undo(message: Message, language: str) -> bool:
    return bool(cache.get(_key(message, language)))


def undo_text(*, message: Message, language: str, version: int, by: User) -> None:
    """Bring the text before the last change back."""
    require_write(message, by)
    key = _key(message, language)
    before = cache.get(key, [])
    if not before:
        raise Refused(_("There is nothing to undo any more."))
    with transaction.atomic():
        _claim(message, version, by)
        message.texts.filter(language=language).update(**before[-1])
    cache.set(key, before[:-1], BEFORE_SECONDS)


# -- languages and forms ---------------------------------------------------------------------------


@transaction.atomic
def add_language(*, message: Message, language: str, like: str, version: int, by: User) -> None:
    """Another language, as a copy of one that is there already."""
    require_write(message, by)
    if language not in LANGUAGES:
        raise Refused(_("Choose a language that is offered."))
    if message.texts.filter(language=language).exists():
        raise Refused(_("The message has this language already."))
    _claim(message, version, by)
    row = text_of(message, like)
    row.pk, row.message, row.language, row.order = None, message, language, message.texts.count()
    row.save()


@transaction.atomic
def remove_language(*, message: Message, language: str, version: int, by: User) -> None:
    """Take one away; the last one stays."""
    require_write(message, by)
    if message.texts.count() < 2:
        raise Refused(_("A message has at least one language."))
    _claim(message, version, by)
    message.texts.filter(language=language).delete()


@transaction.atomic
def set_form(*, message: Message, form: str, version: int, by: User) -> None:
    """Write it another way; words are kept, blocks become text and text one block."""
    require_write(message, by)
    if form not in MessageForm.values or form == message.form:
        return
    _claim(message, version, by)
    for row in message.texts.all():
        row.body = _reshaped(row.body, message.form, form)
        row.save(update_fields=["body"])
    message.form = form
    message.save()


def _reshaped(body: Any, old: str, new: str) -> Any:
    if old == MessageForm.BLOCKS:
        return {"text": "\n\n".join(filter(None, map(_block_text, body)))}
    text = str(body.get("text", "")) if isinstance(body, Mapping) else ""
    if new != MessageForm.BLOCKS:
        return {"text": text}
    html = from_markdown(text) if text else ""
    return clean_blocks([{"kind": "text", "html": html}] if html else [])


def _block_text(block: Mapping[str, Any]) -> str:
    names = ("text", "name", "price", "by", "title1", "text1", "title2", "text2", "title3", "text3")
    parts = [str(block[name]) for name in names if block.get(name)]
    if block.get("html"):
        parts.append(as_text(block["html"]))
    if block.get("url"):
        parts.append(block["url"])
    return "\n".join(parts)


@transaction.atomic
def fill_from(*, message: Message, source: Message, version: int, by: User) -> None:
    """All texts of another message in place of one's own."""
    require_write(message, by)
    _claim(message, version, by)
    message.texts.all().delete()
    message.form = source.form
    message.save()
    copy_texts(source, message)
