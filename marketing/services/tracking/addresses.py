"""Where a click leads: the link of the letter with what web analytics reads, and who comes."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

VISITOR = "rm"
LONGEST = 2_000


def is_web(url: str) -> bool:
    """Whether it is an address of the web that a browser may be sent to.

    >>> is_web("https://example.com/a"), is_web("javascript:alert(1)"), is_web("//example.com")
    (True, False, False)
    """
    if len(url) > LONGEST or any(letter in url for letter in "\r\n\0"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def with_campaign(url: str, campaign: str, variant: str = "") -> str:
    """The address with the names that web analytics groups visits by, unless it has some of its own.

    >>> with_campaign("https://example.com/?a=1#top", "spring", "B")
    'https://example.com/?a=1&utm_source=renmai&utm_medium=email&utm_campaign=spring&utm_content=B#top'
    >>> with_campaign("https://example.com/?utm_source=fair", "spring")
    'https://example.com/?utm_source=fair'
    """
    if not campaign or not is_web(url) or "utm_" in urlsplit(url).query:
        return url
    names = {"utm_source": "renmai", "utm_medium": "email", "utm_campaign": campaign}
    return _with(url, names | ({"utm_content": variant} if variant else {}))


def with_visitor(url: str, token: str, domains: Collection[str]) -> str:
    """The address of a page of ours with who comes; that of anybody else as it is.

    >>> with_visitor("https://www.example.com/", "7.x", ["example.com"])
    'https://www.example.com/?rm=7.x'
    >>> with_visitor("https://notexample.com/", "7.x", ["example.com"])
    'https://notexample.com/'
    """
    host = (urlsplit(url).hostname or "").lower()
    if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        return url
    return _with(url, {VISITOR: token})


def without_visitor(url: str) -> str:
    """The address of a page without who came, for the record.

    >>> without_visitor("https://example.com/?rm=7.x&a=1")
    'https://example.com/?a=1'
    """
    parts = urlsplit(url)
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != VISITOR]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _with(url: str, names: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(names))))
    return urlunsplit(parts._replace(query=query))
