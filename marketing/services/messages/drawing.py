"""Blocks as MJML, which `mrml` turns into the tables that mail programs understand, and as plain text."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import mrml
from django.urls import reverse
from django.utils.translation import gettext as _

from core.company import Company
from core.origins import absolute
from marketing.models import MessageImage
from marketing.services.messages.pieces import (
    CLOSE,
    MARK,
    OPEN,
    Begin,
    Counting,
    End,
    Marks,
    OwnLink,
    in_html,
    plain,
)
from marketing.services.messages.rich import as_text

Block = Mapping[str, Any]
WIDTH = 600
PADDING = {"tight": "6px 32px", "normal": "14px 32px", "airy": "28px 32px"}
# Of the company's accents (static/css/accents.css), white text on each has 4.5:1.
ACCENTS = {
    "blue": "#2f5bd3",
    "teal": "#0f766e",
    "green": "#217a48",
    "violet": "#6d48c0",
    "plum": "#a83a6e",
    "red": "#b93a2f",
    "ink": "#44403a",
}
FONTS = (
    "Inter, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', Arial, sans-serif"
)
SIZES = {"1": "26px", "2": "21px", "3": "17px"}
# Inboxes show what follows the preview line; these characters take its place unseen.
FILLER = "&#847;&zwnj;&nbsp;" * 40
STYLE = """
.t p { margin: 0 0 8px; } .t ul, .t ol { margin: 0 0 8px; padding-left: 22px; } .t a { color: inherit; }
.t blockquote { margin: 0 0 8px; padding-left: 12px; border-left: 3px solid #d9d5cd; }
.t h1, .t h2, .t h3 { line-height: 1.3; margin: 0 0 8px; } .t table td, .t table th { padding: 4px 10px 4px 0; }
@media (max-width: 479px) { .no-phone { display: none !important; } .s > table > tbody > tr > td { padding-left: 18px !important; padding-right: 18px !important; } }
@media (prefers-color-scheme: dark) {
body, .canvas { background: #161513 !important; } .s, .s > table { background: #211f1c !important; background-color: #211f1c !important; }
.t div, .t h1, .t h2, .t h3, .t p, .t b, .t td, .t th { color: #f1eee8 !important; } .q div, .q div a { color: #b8b2a7 !important; } .r { border-color: #3a3732 !important; } .r p { border-color: #3a3732 !important; }
}
"""
# Marks as they go through `mrml`, which writes other characters of attributes as escapes.
PLAIN_MARK = re.compile(r"x-mark-(\d+)-x")
Draw = Callable[["Drawing", Block], tuple[str, str]]


def picture_url(image: MessageImage) -> str:
    return absolute(reverse("message_image", args=[image.address]))


@dataclass
class Drawing:
    """One letter in one language while it is drawn."""

    company: Company
    marks: Marks
    text_marks: Marks
    images: Mapping[int, MessageImage]

    @property
    def accent(self) -> str:
        return ACCENTS.get(self.company.accent, ACCENTS["blue"])

    # -- pieces of both forms ----------------------------------------------------------------

    def words(self, text: str) -> str:
        """Plain words within MJML."""
        return self.marks.whole(self.marks.html(text))

    def told(self, text: str) -> str:
        """The same words in plain text."""
        return self.text_marks.fill(text, plain)

    def href(self, url: str) -> str:
        return self.marks.link(url, in_html)

    def told_link(self, url: str) -> str:
        return self.text_marks.link(url, plain)

    def alt(self, text: str) -> str:
        return self.marks.whole(self.marks.fill(text, in_html, escape))

    def rich(self, html: str) -> tuple[str, str]:
        """HTML in both forms."""
        said = as_text(html, self.told_link)
        return self.marks.whole(self.marks.rich(html)), self.told(said)

    def picture(self, block: Block, padding: str) -> tuple[str, str]:
        image = self.images.get(block.get("image") or 0)
        if image is None:
            return "", ""
        width = min(image.width, WIDTH)
        href = f' href="{self.href(block["url"])}"' if block.get("url") else ""
        said = f"[{block['alt']}]" if block.get("alt") else ""
        if block.get("url"):
            said = f"{said} {self.told_link(block['url'])}".strip()
        return (
            (
                f'<mj-image src="{escape(picture_url(image))}" alt="{self.alt(block.get("alt", ""))}" '
                f'width="{width}px" padding="{padding}"{href} />'
            ),
            said,
        )

    def button(self, text: str, url: str) -> tuple[str, str]:
        if not text or not url:
            return "", ""
        return (
            (
                f'<mj-button href="{self.href(url)}" background-color="{self.accent}" align="left">'
                f"{self.words(text)}</mj-button>"
            ),
            f"{self.told(text)}: {self.told_link(url)}",
        )


def _text(css: str, words: str, more: str = "") -> str:
    return f'<mj-text css-class="t{css}" {more}>{words}</mj-text>' if words else ""


def _heading(draw: Drawing, block: Block) -> tuple[str, str]:
    level = block["level"]
    tag = f"h{level}"
    style = f"margin:0;font-size:{SIZES[level]};line-height:1.3;font-weight:600"
    said = f'<{tag} style="{style}">{draw.words(block["text"])}</{tag}>'
    return _text("", said), draw.told(block["text"])


def _rich(draw: Drawing, block: Block) -> tuple[str, str]:
    html, text = draw.rich(block["html"])
    return _text("", html), text


def _image(draw: Drawing, block: Block) -> tuple[str, str]:
    return draw.picture(block, "0")


def _button(draw: Drawing, block: Block) -> tuple[str, str]:
    return draw.button(block["text"], block["url"])


def _columns(draw: Drawing, block: Block) -> tuple[str, str]:
    shown, told = [], []
    for number in (1, 2, 3):
        title, text = block[f"title{number}"], block[f"text{number}"]
        if not title and not text:
            continue
        head = f"<b>{draw.words(title)}</b><br />" if title else ""
        inner = _text("", f"{head}{draw.words(text)}", 'font-size="14px" padding="0 12px 8px 0"')
        shown.append(f"<mj-column>{inner}</mj-column>")
        told.append("\n".join(filter(None, (draw.told(title), draw.told(text)))))
    return "".join(shown), "\n\n".join(told)


def _divider(_draw: Drawing, _block: Block) -> tuple[str, str]:
    return '<mj-divider css-class="r" />', "—" * 20


def _product(draw: Drawing, block: Block) -> tuple[str, str]:
    picture, picture_text = draw.picture(block, "0 0 12px")
    button, button_text = draw.button(block["button"], block["url"])
    name = f'<b style="font-size:17px">{draw.words(block["name"])}</b>' if block["name"] else ""
    lines = [name, draw.words(block["text"]) if block["text"] else ""]
    lines.append(f"<b>{draw.words(block['price'])}</b>" if block["price"] else "")
    said = [picture_text, *(draw.told(block[name]) for name in ("name", "text", "price"))]
    words = "<br />".join(filter(None, lines))
    return picture + _text("", words) + button, "\n".join(filter(None, [*said, button_text]))


def _quote(draw: Drawing, block: Block) -> tuple[str, str]:
    if not block["text"]:
        return "", ""
    by = f'<br /><span style="color:#6a665e;font-size:13px">{draw.words(block["by"])}</span>'
    words = f"{draw.words(block['text'])}{by if block['by'] else ''}"
    said = "> " + draw.told(block["text"]).replace("\n", "\n> ")
    if block["by"]:
        said += f"\n— {draw.told(block['by'])}"
    return _text(
        " q", f'<div style="border-left:3px solid {draw.accent};padding-left:16px">{words}</div>'
    ), said


DRAWN: Mapping[str, Draw] = {
    "heading": _heading,
    "text": _rich,
    "image": _image,
    "button": _button,
    "columns": _columns,
    "divider": _divider,
    "product": _product,
    "quote": _quote,
}


def _section(block: Block, inner: str) -> str:
    if not inner:
        return ""
    css = "s" if block.get("phones", True) else "s no-phone"
    is_bare = block["kind"] == "image"
    padding = "0" if is_bare else PADDING[block.get("spacing", "normal")]
    body = inner if inner.startswith("<mj-column") else f"<mj-column>{inner}</mj-column>"
    return f'<mj-section css-class="{css}" padding="{padding}">{body}</mj-section>'


def draw_blocks(draw: Drawing, blocks: Sequence[Block]) -> tuple[str, str]:
    """All blocks in both forms; those with a condition stand between marks with the name in `id`."""
    shown, told = [], []
    for block in blocks:
        inner, text = DRAWN[block["kind"]](draw, block)
        section, text = _section(block, inner), f"{text}\n\n" if text else ""
        if block.get("condition"):
            begin, end = Begin(block["id"]), End()
            section = f"{_raw(draw.marks, begin)}{section}{_raw(draw.marks, end)}"
            text = f"{draw.text_marks.mark(begin)}{text}{draw.text_marks.mark(end)}"
        shown.append(section)
        told.append(text)
    return "".join(shown), "".join(told)


def _raw(marks: Marks, piece: Any) -> str:
    return f"<mj-raw>{marks.mark(piece)}</mj-raw>"


def head_of(draw: Drawing) -> str:
    """The company on top: its logo, else its name."""
    company = draw.company
    if company.logo:
        url = absolute(reverse("company_logo", args=[company.logo_name]))
        inner = f'<mj-image src="{escape(url)}" alt="{escape(company.name)}" width="140px" align="left" />'
    else:
        name = escape(company.name.upper())
        inner = _text("", f'<b style="font-size:12px;letter-spacing:.14em">{name}</b>')
    return f'<mj-section css-class="s" padding="20px 32px 12px"><mj-column>{inner}</mj-column></mj-section>'


def foot_of(draw: Drawing) -> tuple[str, str]:
    """Who writes, from where, and how to leave: of every letter."""
    company = draw.company
    address = ", ".join(line.strip() for line in company.address.splitlines() if line.strip())
    who = f"{company.name}, {address}" if address else company.name
    leave, choose = _("Unsubscribe"), _("Choose topics")
    out, topics = (draw.marks.mark(OwnLink(n, in_html)) for n in ("unsubscribe", "preferences"))
    link = '<a href="{}" style="color:#6a665e">{}</a>'
    words = " · ".join(
        [escape(who), link.format(out, escape(leave)), link.format(topics, escape(choose))]
    )
    shown = (
        '<mj-section css-class="s" padding="0 32px 20px"><mj-column><mj-divider css-class="r" padding="0 0 14px" />'
        f'<mj-text css-class="q" font-size="12px" line-height="18px" color="#6a665e">{words}</mj-text>'
        f"</mj-column></mj-section>"
    )
    out, topics = (draw.text_marks.mark(OwnLink(n, plain)) for n in ("unsubscribe", "preferences"))
    return shown, f"--\n{who}\n{leave}: {out}\n{choose}: {topics}\n"


def page_of(draw: Drawing, language: str, title: str, preview: str, body: str) -> str:
    """The whole letter as HTML with marks."""
    source = (
        f'<mjml lang="{escape(language)}"><mj-head><mj-title>{title}</mj-title>'
        f"<mj-preview>{preview}{FILLER if preview else ''}</mj-preview>"
        '<mj-attributes><mj-all font-family="{fonts}" /><mj-section background-color="#ffffff" />'
        '<mj-text padding="0" font-size="15px" line-height="23px" color="#26231f" />'
        '<mj-divider padding="0" border-width="1px" border-color="#eceae5" />'
        '<mj-image padding="0" /><mj-button padding="8px 0 0" inner-padding="10px 20px" border-radius="6px" '
        'color="#ffffff" font-size="15px" font-weight="600" /></mj-attributes>'
        '<mj-raw><meta name="color-scheme" content="light dark" />'
        '<meta name="supported-color-schemes" content="light dark" /></mj-raw>'
        f"<mj-style>:root {{ color-scheme: light dark; }}{STYLE}</mj-style></mj-head>"
        f'<mj-body width="{WIDTH}px" background-color="#f5f3ef" css-class="canvas">'
        f"{body}{_raw(draw.marks, Counting())}</mj-body></mjml>"
    ).replace("{fonts}", FONTS)
    return _compiled(source)


@lru_cache(maxsize=64)
def _compiled(source: str) -> str:
    options = mrml.RenderOptions(fonts={}, disable_comments=False)
    html: str = mrml.to_html(MARK.sub(r"x-mark-\1-x", source), None, options).content
    return PLAIN_MARK.sub(f"{OPEN}\\1{CLOSE}", html)
