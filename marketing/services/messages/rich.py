"""Rich texts: what is kept of what an editor sends, Markdown, and both as plain text."""

import re
from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
ATTRIBUTES = {"a": {"href"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
# Where lines begin anew in plain text.
BLOCKS = frozenset(
    ["blockquote", "div", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "table", "tr", "ul"]
)
SPACED = frozenset(["blockquote", "h1", "h2", "h3", "h4", "ol", "p", "pre", "table", "ul"])

_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    url_schemes=set(SCHEMES),
    link_rel=None,
    strip_comments=True,
)
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


def cleaned(html: str) -> str:
    """Only words and their shape: no scripts, styles, pictures or addresses of other kinds.

    >>> cleaned('<p onclick="x()">Hi <script>y</script><a href="javascript:z">there</a></p>')
    '<p>Hi <a>there</a></p>'
    """
    return _cleaner.clean(html)


def from_markdown(text: str) -> str:
    """HTML of Markdown; HTML within it is text.

    >>> from_markdown("**Hi** <b>there</b>")
    '<p><strong>Hi</strong> &lt;b&gt;there&lt;/b&gt;</p>\\n'
    """
    return cleaned(_markdown.render(text))


def from_plain(text: str) -> str:
    """Paragraphs and lines of plain text; its addresses become links."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{_linked(part)}</p>" for part in paragraphs if part)


ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]")


def _linked(text: str) -> str:
    found, place = [], 0
    for address in ADDRESS.finditer(text):
        said = escape(address[0])
        found += [_lines(text[place : address.start()]), f'<a href="{said}">{said}</a>']
        place = address.end()
    return "".join([*found, _lines(text[place:])])


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def as_text(html: str, link: Callable[[str], str] = str) -> str:
    """Plain text of cleaned HTML; what `link` makes of the address of a link stands behind its words."""
    reader = _Reader(link)
    reader.feed(html)
    reader.close()
    return reader.text


class _Reader(HTMLParser):
    def __init__(self, link: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self._link = link
        self._parts: list[str] = []
        self._href = ""
        self._lists: list[int | None] = []

    @property
    def text(self) -> str:
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in SPACED and not self._lists:
            self._parts.append("\n\n")
        elif tag in BLOCKS:
            self._break()
        if tag in {"ol", "ul"}:
            self._lists.append(0 if tag == "ol" else None)
        if tag == "li":
            self._parts.append(self._bullet())
        if tag == "a":
            self._href = dict(attributes).get("href") or ""

    def _break(self) -> None:
        """Go on in a new line, unless this one is."""
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ol", "ul"} and self._lists:
            self._lists.pop()
        if tag in SPACED and not self._lists:
            self._parts.append("\n\n")
        elif tag in {"td", "th"}:
            self._parts.append("  ")
        elif tag in BLOCKS:
            self._break()
        if tag == "a" and self._href:
            self._parts.append(f" ({self._link(self._href)})")
            self._href = ""

    def handle_data(self, data: str) -> None:
        said = re.sub(r"\s+", " ", data)
        is_between = said == " " and (not self._parts or self._parts[-1].endswith("\n"))
        if not is_between:
            self._parts.append(said)
