"""What nobody means to send: words of a template to its writer, and links to example.com, block by block."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketing.services.messages.drafts import Draft
from marketing.services.messages.findings import LOOK, STOP, Check
from marketing.services.messages.parts import LONGEST_SHOWN, Part, parts_of
from marketing.services.messages.placeholders import left_in
from marketing.services.messages.saving import LANGUAGES

NOWHERE = ("example.com", "example.org", "example.net")  # RFC 2606: nobody's, for ever
MAILTO = "mailto:"
MOST_LINES = 10


def leads_nowhere(url: str) -> str:
    """The host of an address that is nobody's; nothing where it may be somebody's.

    >>> [leads_nowhere(f"https://{host}/a") for host in ("www.Example.com", "example.com.de", "myexample.org")]
    ['www.example.com', '', '']
    >>> leads_nowhere("mailto:ann@example.net?subject=Hi")
    'example.net'
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    if url.casefold().startswith(MAILTO):
        host = url[len(MAILTO) :].partition("?")[0].rpartition("@")[2].casefold()
    return host if any(f".{host}".endswith(f".{name}") for name in NOWHERE) else ""


def slip_checks(draft: Draft) -> list[Check]:
    """A line for each part; a template may say to its writer what it likes."""
    level = STOP if draft.campaign is not None else LOOK
    found = [
        check
        for row in draft.rows
        for part in parts_of(draft.message.form, row)
        for check in _of_part(draft, row.language, part, level)
    ]
    more = len(found) - MOST_LINES
    if more > 0:
        title = ngettext(
            "%(number)s more place like these", "%(number)s more places like these", more
        )
        found[MOST_LINES:] = [Check(level, title % {"number": more}, url=draft.url())]
    return found


def _of_part(draft: Draft, language: str, part: Part, level: str) -> Iterator[Check]:
    url = draft.url(language, part.block)
    words = {"place": part.name, "language": LANGUAGES[language]}
    left = left_in(part.words)
    if left:
        title = ngettext(
            "%(number)s text still stands as the template had it",
            "%(number)s texts still stand as the template had them",
            len(left),
        )
        detail = _("%(place)s (%(language)s): put your own words in place of “%(text)s”.")
        told = {**words, "text": left[0][:LONGEST_SHOWN]}
        yield Check(level, title % {"number": len(left)}, detail % told, url)
    for host in dict.fromkeys(filter(None, map(leads_nowhere, part.links))):
        detail = _("%(place)s (%(language)s): put the address of your own page there.")
        title = _("A link leads to %(host)s") % {"host": host}
        yield Check(level, title, detail % words, url)
