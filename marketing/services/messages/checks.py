"""What is looked at before a message is sent: each with what to do where something is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.company import company
from core.errors import Refused
from core.models import User
from core.time_limits import TookTooLong, at_most
from core.values import grouped
from crm.models import Contact
from marketing.choices import MessageForm
from marketing.models import Campaign, Message, MessageImage, MessageText
from marketing.queries.audiences import Audience, AudienceNumbers, contacts_of, numbers_of
from marketing.queries.merge_fields import MergeFields, missing_counts
from marketing.queries.segment_rules import view_of
from marketing.services.letters import Letter, Links, compile_texts, sender_of
from marketing.services.messages.link_checks import asked_of
from marketing.services.messages.pictures import has_file
from marketing.services.messages.pieces import Recipient, joined
from marketing.services.messages.placeholders import left_in
from marketing.services.messages.rich import ADDRESS
from marketing.services.messages.saving import LANGUAGES
from marketing.services.messages.tokens import tokens_in, unknown_in
from marketing.services.messages.wording import words_of

SECONDS = 2
MOST_BYTES = 100_000  # Gmail shows 102 kB and hides the rest
LONGEST_SUBJECT = 60  # characters; phones show fewer
MOST_TOLD = 10  # links
LONGEST_SHOWN = 60
NOWHERE = frozenset({"example.com", "www.example.com", "example.org", "example.net"})
HREF = re.compile(r'href="(https?://[^"]+)"')


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    is_fine: bool
    title: str
    detail: str = ""
    url: str = ""
    # Without it the message cannot be sent lawfully, or at all.
    is_blocking: bool = False

    @property
    def icon(self) -> str:
        return "circle-check" if self.is_fine else "alert-triangle"


@dataclass(frozen=True)
class Missing:
    """For how many of the audience each field is empty; None where counting takes too long."""

    number: int | None
    counts: Mapping[str, int]


def missing_of(campaign: Campaign | None, names: Sequence[str], by: User, at: datetime) -> Missing:
    """Counted on the audience of the campaign, else on all contacts that the user sees."""
    view = view_of(by, at)
    known = MergeFields(view)
    fields = [each for name in names if (each := known.get(name)) and not each.is_of_sender]
    try:
        rows = (
            contacts_of(Audience.of(campaign), at) if campaign else Contact.objects.visible_to(by)
        )
        with at_most(SECONDS):
            number, counts = missing_counts(rows, fields, view)
    except (Refused, TookTooLong):
        return Missing(None, {})
    return Missing(number, counts)


def checks_of(
    message: Message, campaign: Campaign | None, by: User, at: datetime
) -> tuple[list[Check], AudienceNumbers | None]:
    """All of them, and the numbers of the audience."""
    rows = list(message.texts.all())
    if not rows:
        title = _("There is no text yet")
        return [
            Check(False, title, _("Write it, or begin with a template."), is_blocking=True)
        ], None
    numbers = _numbers(campaign, at)
    checks = [
        *_of_fields(rows, campaign, by, at),
        _of_footer(rows),
        *_of_consent(campaign, numbers),
        *_of_placeholders(rows),
        *_of_links(message.form, rows),
        *_of_answers(links_in_letter(message, campaign, by), at),
        *_of_size(message.form, rows, campaign, by),
        *_of_subjects(rows),
        *_of_languages(message.form, rows),
    ]
    return checks, numbers


def _numbers(campaign: Campaign | None, at: datetime) -> AudienceNumbers | None:
    if campaign is None:
        return None
    try:
        return numbers_of(Audience.of(campaign), at)
    except Refused:
        return None


def _of_fields(
    rows: Sequence[MessageText], campaign: Campaign | None, by: User, at: datetime
) -> Iterator[Check]:
    known = MergeFields(view_of(by, at))
    texts = [text for row in rows for text in words_of(row)]
    bare = {t.name for text in texts for t in tokens_in(text) if not t.fallback}
    missing = missing_of(campaign, sorted(bare), by, at)
    is_fine = True
    for name, count in missing.counts.items():
        if not count:
            continue
        is_fine, label = False, known.labels.get(name, name)
        told = ngettext(
            "%(number)s person has no %(field)s", "%(number)s people have no %(field)s", count
        )
        yield Check(
            False,
            told % {"number": grouped(count), "field": label},
            _("Add words for them: {%(field)s|…}") % {"field": label},
        )
    for slip in sorted({slip for text in texts for slip in unknown_in(text)})[:3]:
        is_fine = False
        detail = _("Choose one on the left, or take the braces away.")
        yield Check(False, _("There is no field “%(name)s”") % {"name": slip[:40]}, detail)
    if is_fine:
        yield Check(True, _("Personal fields"), _("Filled for everybody, or with other words"))


def _of_footer(rows: Sequence[MessageText]) -> Check:
    if not company().address.strip():
        return Check(
            False,
            _("Your company's address is missing"),
            _("Letters have to say who writes. Add it in the settings of the company."),
            reverse("company_settings"),
            is_blocking=True,
        )
    count = len(rows)
    detail = ngettext(
        "Present in %(number)s language", "Present in all %(number)s languages", count
    ) % {"number": count}
    return Check(True, _("Unsubscribe link and address"), detail)


def _of_consent(campaign: Campaign | None, numbers: AudienceNumbers | None) -> Iterator[Check]:
    if campaign is None:
        return
    if campaign.purpose_id is None:
        yield Check(
            False,
            _("No purpose is chosen"),
            _("Without one nobody has agreed to the message. Choose it in the first step."),
            reverse("campaign_edit", args=[campaign.pk]),
            is_blocking=True,
        )
    elif numbers is not None and not numbers.sentence:
        count = numbers.without_consent
        detail = ngettext(
            "%(number)s without consent is left out",
            "%(number)s without consent are left out",
            count,
        )
        yield Check(True, _("Consent"), detail % {"number": grouped(count)})


def _of_placeholders(rows: Sequence[MessageText]) -> Iterator[Check]:
    left = left_in(rows)
    if left:
        title = ngettext(
            "%(number)s text still stands as the template had it",
            "%(number)s texts still stand as the template had them",
            len(left),
        )
        detail = _("Put your own words in place of “%(text)s”.") % {"text": left[0][:LONGEST_SHOWN]}
        yield Check(False, title % {"number": len(left)}, detail)


def _of_links(form: str, rows: Sequence[MessageText]) -> Iterator[Check]:
    blocks = _blocks(form, rows)
    rows_of = MessageImage.objects.in_bulk({b["image"] for b in blocks if b.get("image")})
    stored = {pk for pk, image in rows_of.items() if has_file(image)}
    pictures = [block for block in blocks if block.get("image") in stored]
    is_fine = True
    if any(block["kind"] == "button" and not (block["url"] and block["text"]) for block in blocks):
        is_fine = False
        yield Check(
            False, _("A button leads nowhere"), _("Give it words and a link, or delete it.")
        )
    if any(urlsplit(block.get("url", "")).hostname in NOWHERE for block in blocks):
        is_fine = False
        yield Check(
            False, _("A button leads to example.com"), _("Put the address of your own page there.")
        )
    if any(block["kind"] == "image" and block.get("image") not in stored for block in blocks):
        is_fine = False
        yield Check(False, _("A picture is missing"), _("Choose one, or delete the block."))
    if any(not block.get("alt") for block in pictures):
        is_fine = False
        yield Check(
            False,
            _("A picture has no words"),
            _("Say what it shows: many people see the words only."),
        )
    if is_fine:
        count = len(
            {url for row in rows for text in words_of(row) for url in ADDRESS.findall(text)}
        )
        detail = ngettext("%(number)s link", "%(number)s links", count) % {"number": count}
        if pictures:
            detail = _("%(links)s, all pictures have words") % {"links": detail}
        yield Check(True, _("Links and pictures"), detail)


def _of_answers(urls: Sequence[str], at: datetime) -> Iterator[Check]:
    """What the links answered when they were asked; never a reason not to send."""
    for each in asked_of(urls, at=at).news[:MOST_TOLD]:
        yield Check(each.is_fine, shortened(each.url), each.sentence)


def shortened(url: str) -> str:
    """An address as people know it again."""
    bare = url.partition("://")[2].rstrip("/")
    return bare if len(bare) <= LONGEST_SHOWN else f"{bare[: LONGEST_SHOWN - 1]}…"


def _blocks(form: str, rows: Sequence[MessageText]) -> list[dict[str, Any]]:
    if form != MessageForm.BLOCKS:
        return []
    return [block for row in rows for block in row.body]


def _of_size(
    form: str, rows: Sequence[MessageText], campaign: Campaign | None, by: User
) -> Iterator[Check]:
    letter = compile_texts(form, rows, by, fixed=sender_of(campaign))
    size = max(size_of(letter, language) for language in letter.texts)
    told = {"size": round(size / 1000)}
    if size > MOST_BYTES:
        detail = _("Gmail cuts letters off at 102 kB. Shorten the text.")
        yield Check(False, _("The letter has %(size)s kB") % told, detail)
    else:
        yield Check(True, pgettext("letter", "Size"), _("%(size)s kB of 100") % told)


def size_of(letter: Letter, language: str) -> int:
    """Bytes of the HTML, with fields as they are written."""
    pieces = letter.texts[language].html
    return sum(len(piece.encode()) if isinstance(piece, str) else 60 for piece in pieces)


def _of_subjects(rows: Sequence[MessageText]) -> Iterator[Check]:
    for row in rows:
        language = {"language": LANGUAGES[row.language]}
        if not row.subject:
            title = _("The subject is missing (%(language)s)") % language
            yield Check(False, title, _("Mail without one lands in the spam."), is_blocking=True)
        elif len(row.subject) > LONGEST_SUBJECT:
            title = _("The subject is long (%(language)s)") % language
            detail = _("%(number)s characters; phones show about 40.") % {
                "number": len(row.subject)
            }
            yield Check(False, title, detail)


def _of_languages(form: str, rows: Sequence[MessageText]) -> Iterator[Check]:
    for row in rows:
        body: Any = row.body
        is_empty = not (body if form == MessageForm.BLOCKS else str(body.get("text", "")).strip())
        if is_empty:
            title = _("The text is empty (%(language)s)") % {"language": LANGUAGES[row.language]}
            detail = _("Write it, or remove the language.")
            yield Check(False, title, detail, is_blocking=True)


def links_in_letter(message: Message, campaign: Campaign | None, by: User) -> list[str]:
    """The addresses that a letter leads to, with the words for whom fields are empty."""
    rows = list(message.texts.all())
    if not rows:
        return []
    found: dict[str, None] = {}

    def click(url: str) -> str:
        found[url] = None
        return url

    letter = compile_texts(message.form, rows, by, fixed=sender_of(campaign))
    to = Recipient(letter.fixed, {}, Links("#", "#", None, click))
    for text in letter.texts.values():
        joined(text.html, to)
    return list(found)
