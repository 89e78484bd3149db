"""The parts of a text: its subject, its preview line, each block, with their words and links."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketing.choices import MessageForm
from marketing.models import MessageText
from marketing.services.messages.blocks import BY_KEY, texts_of
from marketing.services.messages.rich import ADDRESS, from_markdown

HREF = re.compile(r'href="([^"]+)"')
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Part:
    """A block of a text, or its subject and preview line: all words in it, and where its links lead."""

    name: str
    block: str
    words: list[str]
    links: list[str]


def parts_of(form: str, row: MessageText) -> Iterator[Part]:
    """The parts of a language in the order of the letter."""
    yield Part(pgettext("message", "Subject"), "", [row.subject], [])
    yield Part(pgettext("message", "Preview"), "", [row.preview], [])
    body: Any = row.body
    if isinstance(body, Mapping):
        text = str(body.get("text", ""))
        html = from_markdown(text) if form == MessageForm.MARKDOWN else ""
        links = [*ADDRESS.findall(text), *_hrefs(html)]
        yield Part(_("Text"), "", [text], list(dict.fromkeys(links)))
        return
    for block in body:
        links = [*filter(None, [block.get("url")]), *_hrefs(block.get("html", ""))]
        yield Part(str(BY_KEY[block["kind"]].label), block["id"], texts_of(block), links)


def _hrefs(html: str) -> list[str]:
    return [unescape(url) for url in HREF.findall(html)]


def shortened(url: str) -> str:
    """An address as people know it again."""
    bare = url.partition("://")[2].rstrip("/")
    return bare if len(bare) <= LONGEST_SHOWN else f"{bare[: LONGEST_SHOWN - 1]}…"
