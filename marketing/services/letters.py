"""Letters: a message, compiled once, and what each recipient gets of it.

`compile_letter` lays out each language once; `letters_for` then only joins pieces for a batch of
contacts, with one query for what they are filled with.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.company import Company, company
from core.conditions import Condition, Viewpoint, answers_to, checked, from_json
from core.errors import Refused
from core.models import User
from crm.models import Contact
from marketing.choices import MessageForm
from marketing.models import Campaign, Message, MessageImage, MessageText
from marketing.queries.merge_fields import MergeField, MergeFields, values_by
from marketing.queries.segment_rules import contact_type, view_of
from marketing.services.messages.drawing import Drawing, draw_blocks, foot_of, head_of, page_of
from marketing.services.messages.pieces import (
    Links,
    Marks,
    Pieces,
    Recipient,
    in_html,
    joined,
    plain,
)
from marketing.services.messages.rich import ADDRESS, from_markdown, from_plain
from marketing.services.messages.tokens import tokens_in
from marketing.services.messages.wording import words_of

# What blocks that are not shown leave behind.
GAP = re.compile(r"\n{3,}")
__all__ = ["Letter", "Links", "Rendered", "compile_letter", "letters_for"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one recipient gets."""

    subject: str
    html: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A letter in one language, in pieces."""

    subject: Pieces
    html: Pieces
    text: Pieces


@dataclass(frozen=True)
class Letter:
    """A message that can be filled in for anybody; nothing of it is read again."""

    texts: Mapping[str, Compiled]
    # Of whoever speaks no language of the letter.
    first: str
    fields: Sequence[MergeField] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    view: Viewpoint | None = None

    def language_for(self, language: str) -> str:
        """The text that somebody of this language gets.

        >>> letter = Letter({"en": None, "zh-hans": None}, "en")
        >>> letter.language_for("zh-hans"), letter.language_for("zh-CN"), letter.language_for("de")
        ('zh-hans', 'zh-hans', 'en')
        """
        said = language.casefold()
        if said in self.texts:
            return said
        short = said.partition("-")[0]
        return next(
            (each for each in self.texts if short and each.partition("-")[0] == short), self.first
        )


def compile_letter(message: Message, campaign: Campaign | None) -> Letter:
    """Lay the message out; refused where it has no text, or nobody owns it any more.

    Fields and conditions are read in the eyes of whoever owns the campaign: what that person may
    not see is empty.
    """
    rows = list(message.texts.all())
    owner = (campaign.owner if campaign is not None else None) or message.owner
    return compile_texts(message.form, rows, owner, fixed=sender_of(campaign))


def sender_of(campaign: Campaign | None) -> dict[str, str]:
    own = company()
    name = campaign.sender_name if campaign is not None else ""
    address = campaign.sender_address if campaign is not None else ""
    return {"sender.name": name or own.name, "sender.email": address}


def compile_texts(
    form: str, rows: Sequence[MessageText], owner: User | None, *, fixed: Mapping[str, str]
) -> Letter:
    """The same of texts at hand, stored or not."""
    if not rows:
        raise Refused(_("The message has no text yet. Write it first."))
    view = None if owner is None else view_of(owner, timezone.now())
    own, images = company(), _images(rows)
    conditions, asked = _conditions(form, rows, view)
    known = {} if view is None else _used_fields(rows, MergeFields(view))
    texts = {row.language: _compiled(form, row, own, images, asked) for row in rows}
    fields = [each for each in known.values() if not each.is_of_sender]
    return Letter(texts, rows[0].language, fields, fixed, conditions, view)


def _used_fields(rows: Sequence[MessageText], known: MergeFields) -> dict[str, MergeField]:
    names = {token.name for row in rows for text in words_of(row) for token in tokens_in(text)}
    found = {name: known.get(name) for name in sorted(names)}
    return {name: each for name, each in found.items() if each is not None}


def _images(rows: Sequence[MessageText]) -> dict[int, MessageImage]:
    blocks = [block for row in rows if isinstance(row.body, list) for block in row.body]
    return MessageImage.objects.in_bulk({block["image"] for block in blocks if block.get("image")})


def _conditions(
    form: str, rows: Sequence[MessageText], view: Viewpoint | None
) -> tuple[dict[str, Condition], dict[str, str]]:
    """What is asked of recipients, by a name for each; blocks with the same condition ask once."""
    asked: dict[str, Condition] = {}
    names: dict[str, str] = {}
    if form != MessageForm.BLOCKS:
        return asked, names
    by_text: dict[str, str] = {}
    for row in rows:
        for block in row.body:
            if not block.get("condition"):
                continue
            text = str(block["condition"])
            if text not in by_text:
                by_text[text] = f"c{len(by_text)}"
                condition = _asked(block["condition"], view)
                if condition is not None:
                    asked[by_text[text]] = condition
            names[f"{row.language} {block['id']}"] = by_text[text]
    return asked, names


def _asked(given: Any, view: Viewpoint | None) -> Condition | None:
    """The condition in the owner's eyes; what can no longer be asked holds for nobody."""
    if view is None:
        return None
    try:
        return checked(from_json(given), contact_type(), view)
    except Refused:
        return None


def _compiled(
    form: str,
    row: MessageText,
    own: Company,
    images: Mapping[int, MessageImage],
    asked: Mapping[str, str],
) -> Compiled:
    draw = Drawing(own, Marks(), Marks(), images)
    with translation.override(row.language):
        body, told = _body(form, row, draw, asked)
        head, (foot, told_foot) = head_of(draw), foot_of(draw)
    title = draw.marks.whole(draw.marks.fill(row.subject, in_html, in_html))
    preview = (
        draw.marks.whole(draw.marks.fill(row.preview, in_html, in_html)) if row.preview else ""
    )
    html = page_of(draw, row.language, title, preview, head + body + foot)
    subjects = Marks()
    return Compiled(
        subject=subjects.cut(subjects.fill(row.subject, plain)),
        html=draw.marks.cut(html),
        text=draw.text_marks.cut(f"{told.strip()}\n\n{told_foot}"),
    )


def _body(form: str, row: MessageText, draw: Drawing, asked: Mapping[str, str]) -> tuple[str, str]:
    body: Any = row.body
    if form == MessageForm.BLOCKS:
        blocks = [{**block, "id": asked.get(f"{row.language} {block['id']}", "")} for block in body]
        return draw_blocks(draw, blocks)
    text = str(body.get("text", "")) if isinstance(body, Mapping) else ""
    html = from_markdown(text) if form == MessageForm.MARKDOWN else from_plain(text)
    block = {"kind": "text", "id": "", "html": html}
    if form == MessageForm.MARKDOWN:
        return draw_blocks(draw, [block])
    return draw_blocks(draw, [block])[0], draw.told(ADDRESS.sub(_linked(draw), text))


def _linked(draw: Drawing) -> Callable[["re.Match[str]"], str]:
    return lambda found: draw.told_link(found[0])


# -- for recipients --------------------------------------------------------------------------------


def letters_for(
    letter: Letter, contacts: Sequence[int], *, links: Callable[[int], Links]
) -> dict[int, Rendered]:
    """Each contact's letter; one query, or as many as its conditions take, however many contacts."""
    rows = list(_rows(letter, contacts))
    found: dict[int, Rendered] = {}
    by_language: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_language.setdefault(letter.language_for(row[1]), []).append(row)
    for language, its in by_language.items():
        with translation.override(language):
            for row in its:
                found[row[0]] = _rendered(letter, language, row, links(row[0]))
    return found


def _rows(letter: Letter, contacts: Sequence[int]) -> Any:
    rows = Contact._base_manager.filter(pk__in=contacts)
    if letter.view is None:
        return rows.values_list("pk", "language")
    view = letter.view
    answers: dict[str, Any] = {}
    if letter.conditions:
        view = replace(view, now=timezone.localtime(timezone.now(), view.now.tzinfo))
        answers = dict(answers_to(letter.conditions, contact_type(), view))
    return values_by(rows, letter.fields, letter.view, **answers)


def _rendered(letter: Letter, language: str, row: tuple[Any, ...], links: Links) -> Rendered:
    end = 2 + len(letter.fields)
    values = dict(letter.fixed)
    for each, value in zip(letter.fields, row[2:end], strict=True):
        values[each.name] = each.said(value)
    met = dict(zip(letter.conditions, row[end:], strict=True))
    to, text = Recipient(values, met, links), letter.texts[language]
    subject, told = " ".join(joined(text.subject, to).split()), joined(text.text, to)
    if met:
        told = GAP.sub("\n\n", told)
    return Rendered(subject, joined(text.html, to), told, language)
