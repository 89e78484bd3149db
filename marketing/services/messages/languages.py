"""Whether the languages of a letter say the same, as far as links tell."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from marketing.models import MessageText
from marketing.services.messages.drafts import Draft
from marketing.services.messages.findings import LOOK, Check
from marketing.services.messages.parts import parts_of, shortened
from marketing.services.messages.saving import LANGUAGES

MOST_NAMED = 3
# What addresses of the same page in other languages differ by.
LANGUAGE = re.compile(r"(?:en|zh|cn)(?:[-_][a-z]{2,4})?", re.IGNORECASE)


def language_checks(draft: Draft) -> Iterator[Check]:
    """Links that stand in some of its languages only, each language with its own."""
    links = {row.language: _links(draft.message.form, row) for row in draft.rows}
    shared = set.intersection(*(set(each) for each in links.values())) if links else set()
    told = []
    for language, urls in links.items():
        own = [shortened(url) for key, url in urls.items() if key not in shared]
        if own:
            named = ", ".join(own[:MOST_NAMED]) + (" …" if len(own) > MOST_NAMED else "")
            told.append(
                _("only in %(language)s %(links)s")
                % {"language": LANGUAGES[language], "links": named}
            )
    if told:
        title = _("The languages do not lead to the same pages")
        yield Check(LOOK, title, "; ".join(told), draft.url())


def _links(form: str, row: MessageText) -> dict[str, str]:
    """The links of a language by what is compared of them."""
    return {key_of(url): url for part in parts_of(form, row) for url in part.links}


def key_of(url: str) -> str:
    """An address without the language in its path, host or question.

    >>> key_of("https://helioptic.example/en/plan") == key_of("https://helioptic.example/zh-CN/plan/")
    True
    """
    try:
        said = urlsplit(url)
    except ValueError:
        return url
    host = ".".join(each for each in said.netloc.casefold().split(".") if not _is_language(each))
    path = "/".join(each for each in said.path.split("/") if each and not _is_language(each))
    asked = "&".join(
        each for each in said.query.split("&") if not _is_language(each.partition("=")[2])
    )
    return f"{host}/{path}?{asked}"


def _is_language(word: str) -> bool:
    return LANGUAGE.fullmatch(word) is not None
