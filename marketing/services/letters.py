"""Letters: a message, compiled once, and what each recipient gets of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.models import Contact
from marketing.models import Campaign, Message


@dataclass(frozen=True)
class Links:
    """Where a recipient's letter leads to."""

    unsubscribe: str
    preferences: str
    pixel: str | None
    click: Callable[[str], str]


@dataclass(frozen=True)
class Rendered:
    subject: str
    html: str
    text: str
    language: str


@dataclass(frozen=True)
class Letter:
    texts: dict[str, tuple[str, str]]
    first: str


def compile_letter(message: Message, _campaign: Campaign | None) -> Letter:
    rows = list(message.texts.all())
    texts = {row.language: (row.subject, _text(row.body)) for row in rows}
    return Letter(texts, rows[0].language if rows else "")


def _text(body: Any) -> str:
    if isinstance(body, dict):
        return str(body.get("text", ""))
    return "\n\n".join(str(block.get("text", "")) for block in body)


def letters_for(
    letter: Letter, contacts: Sequence[int], *, links: Callable[[int], Links]
) -> dict[int, Rendered]:
    rows = Contact._base_manager.filter(pk__in=contacts)
    found = {}
    for pk, given_name, language in rows.values_list("pk", "given_name", "language"):
        spoken = language if language in letter.texts else letter.first
        subject, text = letter.texts[spoken]
        own = links(pk)
        body = text.replace("{first name}", given_name or "there")
        text = f"{body}\n\n--\n{own.unsubscribe}\n{own.preferences}\n"
        html = f"<p>{body}</p><p><a href='{own.unsubscribe}'>Unsubscribe</a></p>"
        found[pk] = Rendered(subject.replace("{first name}", given_name), html, text, spoken)
    return found
