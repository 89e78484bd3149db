"""Places in texts that are filled in for each recipient: `{{given_name|there}}` as they are stored,
`{first name|there}` as people read and write them.

Nothing of it is a template language: a token is a name of a field and words for whom it is empty.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape

TOKEN = re.compile(r"\{\{\s*([\w.]{1,130})\s*(?:\|([^{}|<>]{0,150}))?\}\}")
WRITTEN = re.compile(r"(?<!\{)\{([^{}|<>]{1,200})(?:\|([^{}|<>]{0,150}))?\}(?!\})")


@dataclass(frozen=True)
class Token:
    """A field, and what stands there for whom it is empty."""

    name: str
    fallback: str = ""

    def __str__(self) -> str:
        return f"{{{{{self.name}|{self.fallback}}}}}" if self.fallback else f"{{{{{self.name}}}}}"


def tokens_in(text: str) -> Iterator[Token]:
    """All of a text, be it plain or HTML.

    >>> list(tokens_in("Hi {{given_name|there}} of {{ company.name }}"))
    [Token(name='given_name', fallback='there'), Token(name='company.name', fallback='')]
    """
    for found in TOKEN.finditer(text):
        yield _token(found)


def _token(found: "re.Match[str]") -> Token:
    return Token(found[1], unescape(found[2] or "").strip())


def filled(text: str, fill: Callable[[Token], str], other: Callable[[str], str] = str) -> str:
    """The text with each token replaced, and what lies between by `other`."""
    parts, place = [], 0
    for found in TOKEN.finditer(text):
        parts += [other(text[place : found.start()]), fill(_token(found))]
        place = found.end()
    return "".join([*parts, other(text[place:])])


def stored(text: str, names: Mapping[str, str], *, is_html: bool = False) -> str:
    """What people write as it is stored; `names` leads from a label in small letters to the field.

    What is no field stays as it is.

    >>> stored("{First name|there}, {this} stays", {"first name": "given_name"})
    '{{given_name|there}}, {this} stays'
    """

    def replace(found: "re.Match[str]") -> str:
        name = names.get(" ".join(unescape(found[1]).casefold().split()))
        if name is None:
            return found[0]
        said = str(Token(name, unescape(found[2] or "").strip()))
        return escape(said, quote=False) if is_html else said

    return WRITTEN.sub(replace, text)


def written(text: str, labels: Mapping[str, str], *, is_html: bool = False) -> str:
    """The other way round; what the reader does not know keeps the name of its field.

    >>> written("{{given_name|there}} {{secret}}", {"given_name": "first name"})
    '{first name|there} {{secret}}'
    """

    def replace(token: Token) -> str:
        label = labels.get(token.name)
        said = str(token) if label is None else _written(label, token.fallback)
        return escape(said, quote=False) if is_html else said

    return filled(text, replace)


def _written(label: str, fallback: str) -> str:
    return f"{{{label}|{fallback}}}" if fallback else f"{{{label}}}"


def unknown_in(text: str, known: Collection[str] = ()) -> list[str]:
    """What stands in braces and is no field: probably a slip of the pen."""
    return [unescape(found[1]) for found in WRITTEN.finditer(text) if found[1] not in known]
