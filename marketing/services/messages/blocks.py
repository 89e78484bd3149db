"""The blocks of a letter: what each holds, and how it is brought into shape before it is stored."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import Refused
from core.ids import is_id
from marketing.services.messages.rich import SCHEMES, cleaned
from marketing.services.messages.tokens import TOKEN

MOST_BLOCKS = 60
SPACINGS = ("tight", "normal", "airy")
KEY = re.compile(r"[a-z0-9]{4,16}")
# Of the private area: marks of our own stand there while a letter is compiled.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ue000-\uf8ff]")


def line(text: Any, most: int) -> str:
    """One line, at most so long."""
    return " ".join(UNWANTED.sub("", str(text or "")).split())[:most]


def lines(text: Any, most: int) -> str:
    said = UNWANTED.sub("", str(text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return said.strip()[:most]


def rich(html: Any, most: int) -> str:
    said = cleaned(UNWANTED.sub("", str(html or "")))
    if len(said) > most:
        raise Refused(_("A text block holds %(most)s characters at most.") % {"most": most})
    return said


def address(url: Any, most: int) -> str:
    """An address that mail programs may open; refuses others, and hosts that are filled in."""
    said = line(url, most)
    if not said:
        return ""
    scheme = said.partition(":")[0].casefold()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", said):
        said, scheme = f"https://{said}", "https"
    if scheme not in SCHEMES or not is_address(said):
        raise Refused(
            _("“%(url)s” is no address to link to. It begins with https:// or mailto:.")
            % {"url": said[:80]}
        )
    return said


def is_address(url: str) -> bool:
    """Whether its form is right and its host is written out.

    >>> is_address("https://example.com/{{given_name}}"), is_address("https://{{company.name}}/")
    (True, False)
    """
    try:
        parts = urlsplit(TOKEN.sub("x", url))
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme in {"mailto", "tel"}:
        return len(parts.path) > 2
    before = TOKEN.split(url)[0]
    is_written = not TOKEN.search(url) or before.count("/") > 2
    return parts.scheme in {"http", "https"} and is_written and "." in f"{host}." and bool(host)


def choice(*options: str) -> Callable[[Any, int], str]:
    def chosen(value: Any, _most: int) -> str:
        return str(value) if str(value) in options else options[0]

    return chosen


def picture(number: Any, _most: int) -> int | None:
    """The number of a stored picture."""
    said = int(number) if str(number).isdecimal() and len(str(number)) < 16 else None
    return said if said and is_id(said) else None


@dataclass(frozen=True)
class Part:
    """One value of a block."""

    clean: Callable[[Any, int], Any]
    most: int = 0
    label: Promise | str = ""
    hint: Promise | str = ""


@dataclass(frozen=True)
class BlockKind:
    key: str
    label: Promise
    icon: str
    parts: Mapping[str, Part] = field(default_factory=dict)


TEXT = gettext_lazy("Text")
LINK = Part(address, 1_000, gettext_lazy("Link"), "https://")
ALT = Part(line, 250, gettext_lazy("What it shows"))
PICTURE = Part(picture, label=pgettext_lazy("message", "Picture"))


def _columns() -> dict[str, Part]:
    found = {}
    for number in (1, 2, 3):
        found[f"title{number}"] = Part(line, 120, pgettext_lazy("column", "Title"))
        found[f"text{number}"] = Part(lines, 600, TEXT)
    return found


KINDS: Sequence[BlockKind] = (
    BlockKind(
        "heading",
        pgettext_lazy("block", "Heading"),
        "heading",
        {"text": Part(line, 200, TEXT), "level": Part(choice("2", "1", "3"))},
    ),
    BlockKind(
        "text", pgettext_lazy("block", "Text"), "text-size", {"html": Part(rich, 20_000, TEXT)}
    ),
    BlockKind(
        "image",
        pgettext_lazy("block", "Image"),
        "photo",
        {"image": PICTURE, "alt": ALT, "url": LINK},
    ),
    BlockKind(
        "button",
        pgettext_lazy("block", "Button"),
        "click",
        {"text": Part(line, 80, TEXT), "url": LINK},
    ),
    BlockKind("columns", pgettext_lazy("block", "Columns"), "columns-3", _columns()),
    BlockKind("divider", pgettext_lazy("block", "Divider"), "separator-horizontal"),
    BlockKind(
        "product",
        pgettext_lazy("block", "Product"),
        "package",
        {
            "name": Part(line, 200, pgettext_lazy("product", "Name")),
            "text": Part(lines, 1_000, TEXT),
            "price": Part(line, 60, gettext_lazy("Price")),
            "button": Part(line, 80, pgettext_lazy("block", "Button")),
            "url": LINK,
            "image": PICTURE,
            "alt": ALT,
        },
    ),
    BlockKind(
        "quote",
        pgettext_lazy("block", "Quote"),
        "quote",
        {"text": Part(lines, 1_000, TEXT), "by": Part(line, 200, gettext_lazy("By whom"))},
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}


def new_block(kind: str) -> dict[str, Any]:
    """An empty one."""
    if kind not in BY_KEY:
        raise Refused(_("There is no block of this kind."))
    return clean_block({"kind": kind})


def clean_block(given: Any) -> dict[str, Any]:
    """A block as it is stored; refuses what is none, and links that lead astray."""
    kind = BY_KEY.get(str(given.get("kind"))) if isinstance(given, Mapping) else None
    if kind is None:
        raise Refused(_("There is no block of this kind."))
    known = {"id", "kind", "spacing", "phones", "condition", *kind.parts}
    if stray := set(given) - known:
        raise Refused(
            _("A block “%(kind)s” has no “%(name)s”.")
            % {"kind": kind.key, "name": str(min(stray))[:40]}
        )
    key = str(given.get("id", ""))
    block: dict[str, Any] = {
        "id": key if KEY.fullmatch(key) else secrets.token_hex(4),
        "kind": kind.key,
        "spacing": choice("normal", *SPACINGS)(given.get("spacing"), 0),
        "phones": given.get("phones") is not False,
    }
    if given.get("condition"):
        block["condition"] = given["condition"]
    return block | {
        name: part.clean(given.get(name), part.most) for name, part in kind.parts.items()
    }


def clean_blocks(given: Any) -> list[dict[str, Any]]:
    """A whole body; each block has a name of its own."""
    if not isinstance(given, list) or len(given) > MOST_BLOCKS:
        raise Refused(
            _("The text of a letter is a list of up to %(most)s blocks.") % {"most": MOST_BLOCKS}
        )
    found: dict[str, dict[str, Any]] = {}
    for each in given:
        block = clean_block(each)
        while block["id"] in found:
            block["id"] = secrets.token_hex(4)
        found[block["id"]] = block
    return list(found.values())


def texts_of(block: Mapping[str, Any]) -> list[str]:
    """All words of a block, where fields may stand."""
    parts = BY_KEY[block["kind"]].parts
    return [str(block.get(name) or "") for name in parts]
