"""What is looked at in a message before it is sent: each with what to do where something is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.errors import Refused
from core.models import User
from core.time_limits import TookTooLong, at_most
from core.values import grouped
from crm.models import Contact
from marketing.choices import MessageForm
from marketing.models import Campaign, Message, MessageImage, MessageText
from marketing.queries.audiences import Audience, contacts_of
from marketing.queries.merge_fields import MergeFields, missing_counts
from marketing.queries.segment_rules import view_of
from marketing.services.letters import Letter, Links, compile_texts, sender_of
from marketing.services.messages.drafts import Draft
from marketing.services.messages.findings import GOOD, LOOK, STOP, Check
from marketing.services.messages.languages import language_checks
from marketing.services.messages.link_checks import asked_of
from marketing.services.messages.parts import parts_of, shortened
from marketing.services.messages.pictures import has_file
from marketing.services.messages.pieces import Recipient, joined
from marketing.services.messages.saving import LANGUAGES
from marketing.services.messages.slips import slip_checks
from marketing.services.messages.tokens import tokens_in, unknown_in
from marketing.services.messages.wording import words_of

SECONDS = 2
MOST_BYTES = 100_000  # Gmail shows 102 kB and hides the rest
LONGEST_SUBJECT = 60  # characters; phones show fewer
MOST_TOLD = 10  # links


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


def text_checks(draft: Draft) -> list[Check]:
    """What the texts alone tell; whatever stops is among it."""
    if not draft.rows:
        title = _("There is no text yet")
        return [Check(STOP, title, _("Write it, or begin with a template."), draft.url())]
    return [
        *_of_empty(draft),
        *slip_checks(draft),
        *_of_subjects(draft),
        *_of_links(draft),
        *language_checks(draft),
    ]


def reader_checks(drafts: Sequence[Draft], by: User, at: datetime) -> Iterator[tuple[Draft, Check]]:
    """What each is for those who get it: empty fields, its size. Never a reason not to send.

    The audience is counted once for all of them, and only for fields that have no words beside them.
    """
    names = sorted({name for draft in drafts for name in _bare(draft)})
    campaign = drafts[0].campaign if drafts else None
    missing = missing_of(campaign, names, by, at) if names else Missing(None, {})
    for draft in drafts:
        if draft.rows:
            yield from ((draft, check) for check in _of_fields(draft, missing, by, at))
            yield draft, _of_size(draft, by)


def _bare(draft: Draft) -> set[str]:
    """Fields for which nothing stands where they are empty."""
    texts = (text for row in draft.rows for text in words_of(row))
    return {each.name for text in texts for each in tokens_in(text) if not each.fallback}


def footer_check(draft: Draft) -> Check:
    count = len(draft.rows)
    detail = ngettext(
        "Present in %(number)s language", "Present in all %(number)s languages", count
    )
    return Check(GOOD, _("Unsubscribe link and address"), detail % {"number": count})


def answer_checks(urls: Sequence[str], at: datetime) -> list[Check]:
    """What the links answered when they were asked; never a reason not to send."""
    return [
        Check(GOOD if each.is_fine else LOOK, shortened(each.url), each.sentence)
        for each in asked_of(urls, at=at).news[:MOST_TOLD]
    ]


def _of_fields(draft: Draft, missing: Missing, by: User, at: datetime) -> Iterator[Check]:
    known = MergeFields(view_of(by, at))
    texts = [text for row in draft.rows for text in words_of(row)]
    bare, is_fine = _bare(draft), True
    for name, count in missing.counts.items():
        if not count or name not in bare:
            continue
        is_fine, label = False, known.labels.get(name, name)
        told = ngettext(
            "%(number)s person has no %(field)s", "%(number)s people have no %(field)s", count
        )
        yield Check(
            LOOK,
            told % {"number": grouped(count), "field": label},
            _("Add words for them: {%(field)s|…}") % {"field": label},
            draft.url(),
        )
    for slip in sorted({slip for text in texts for slip in unknown_in(text)})[:3]:
        is_fine = False
        detail = _("Choose one on the left, or take the braces away.")
        title = _("There is no field “%(name)s”") % {"name": slip[:40]}
        yield Check(LOOK, title, detail, draft.url())
    if is_fine:
        yield Check(GOOD, _("Personal fields"), _("Filled for everybody, or with other words"))


def _of_links(draft: Draft) -> list[Check]:
    blocks = _blocks(draft)
    rows_of = MessageImage.objects.in_bulk({b["image"] for _row, b in blocks if b.get("image")})
    stored = {pk for pk, image in rows_of.items() if has_file(image)}
    told = [
        (
            _("A button leads nowhere"),
            _("Give it words and a link, or delete it."),
            _is_dead_button,
        ),
        (
            _("A picture is missing"),
            _("Choose one, or delete the block."),
            lambda block: block["kind"] == "image" and block.get("image") not in stored,
        ),
        (
            _("A picture has no words"),
            _("Say what it shows: many people see the words only."),
            lambda block: block.get("image") in stored and not block.get("alt"),
        ),
    ]
    found = []
    for title, detail, is_so in told:
        first = next(((row, block) for row, block in blocks if is_so(block)), None)
        if first is not None:
            url = draft.url(first[0].language, first[1]["id"])
            found.append(Check(LOOK, title, detail, url))
    return found


def _is_dead_button(block: Mapping[str, Any]) -> bool:
    return block["kind"] == "button" and not (block["url"] and block["text"])


def links_check(draft: Draft) -> Check:
    """That they are in order, where nothing else was said of them."""
    form = draft.message.form
    links = {url for row in draft.rows for part in parts_of(form, row) for url in part.links}
    detail = ngettext("%(number)s link", "%(number)s links", len(links)) % {"number": len(links)}
    if any(block.get("image") for _row, block in _blocks(draft)):
        detail = _("%(links)s, all pictures have words") % {"links": detail}
    return Check(GOOD, _("Links and pictures"), detail)


def _blocks(draft: Draft) -> list[tuple[MessageText, dict[str, Any]]]:
    if draft.message.form != MessageForm.BLOCKS:
        return []
    return [(row, block) for row in draft.rows for block in row.body]


def _of_size(draft: Draft, by: User) -> Check:
    letter = compile_texts(draft.message.form, draft.rows, by, fixed=sender_of(draft.campaign))
    size = max(size_of(letter, language) for language in letter.texts)
    told = {"size": round(size / 1000)}
    if size > MOST_BYTES:
        detail = _("Gmail cuts letters off at 102 kB. Shorten the text.")
        return Check(LOOK, _("The letter has %(size)s kB") % told, detail, draft.url())
    return Check(GOOD, pgettext("letter", "Size"), _("%(size)s kB of 100") % told)


def size_of(letter: Letter, language: str) -> int:
    """Bytes of the HTML, with fields as they are written."""
    pieces = letter.texts[language].html
    return sum(len(piece.encode()) if isinstance(piece, str) else 60 for piece in pieces)


def _of_subjects(draft: Draft) -> Iterator[Check]:
    for row in draft.rows:
        language, url = {"language": LANGUAGES[row.language]}, draft.url(row.language)
        if not row.subject.strip():
            title = _("The subject is missing (%(language)s)") % language
            yield Check(STOP, title, _("Mail without one lands in the spam."), url)
        elif len(row.subject) > LONGEST_SUBJECT:
            title = _("The subject is long (%(language)s)") % language
            detail = _("%(number)s characters; phones show about 40.") % {
                "number": len(row.subject)
            }
            yield Check(LOOK, title, detail, url)


def _of_empty(draft: Draft) -> Iterator[Check]:
    for row in draft.rows:
        body: Any = row.body
        is_blocks = draft.message.form == MessageForm.BLOCKS
        if not (body if is_blocks else str(body.get("text", "")).strip()):
            title = _("The text is empty (%(language)s)") % {"language": LANGUAGES[row.language]}
            detail = _("Write it, or remove the language.")
            yield Check(STOP, title, detail, draft.url(row.language))


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
