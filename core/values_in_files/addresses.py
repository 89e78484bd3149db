"""E-mail and web addresses, and the domains in them."""

import re
from urllib.parse import urlsplit, urlunsplit

from core.values_in_files.plain import plain

LONGEST_EMAIL = 254
LONGEST_HOST = 253
LONGEST_URL = 2000

_FREE = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com
    icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.com mail.com zoho.com
    fastmail.com hey.com tutanota.com yandex.com yandex.ru mail.ru bk.ru inbox.ru list.ru rambler.ru
    qq.com foxmail.com 163.com 126.com yeah.net 139.com 189.cn wo.cn sina.com sina.cn sohu.com
    aliyun.com 21cn.com tom.com vip.qq.com vip.163.com
    web.de gmx.de gmx.net gmx.at gmx.ch t-online.de freenet.de arcor.de posteo.de mailbox.org
    outlook.de hotmail.de yahoo.de live.de bluewin.ch aon.at
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr hotmail.fr yahoo.fr outlook.fr live.fr
    hotmail.es yahoo.es outlook.es libero.it virgilio.it hotmail.it yahoo.it tiscali.it
    hotmail.co.uk yahoo.co.uk live.co.uk outlook.co.uk btinternet.com ntlworld.com sky.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
    yahoo.co.in rediffmail.com yahoo.co.jp naver.com hanmail.net daum.net
    wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz uol.com.br bol.com.br
"""
FREE_MAIL = frozenset(_FREE.split())

_QUOTED_NAME = re.compile(r'"[^"]*"')
_BRACKETS = re.compile(r"<([^<>]*)>")
_BETWEEN = re.compile(r"[\s,;|，；、]+")
_LOCAL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}")
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})"
)
_USUAL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_LONGEST_USUAL = 64
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_NOT_IN_URLS = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f\x7f]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_usual_email(text: str) -> bool:
    """Whether a text is an address that needs no second look: short, ASCII, its domain in small letters.

    >>> is_usual_email("ada@example.com"), is_usual_email("Ada <ada@example.com>")
    (True, False)
    """
    return len(text) <= _LONGEST_USUAL and _USUAL.fullmatch(text) is not None


def read_emails(text: str) -> list[str]:
    """The addresses of a cell, each once, their domains in small letters and punycode.

    ValueError if something between the addresses is none.

    >>> read_emails("Ada <ada@Example.com>; b@example.org")
    ['ada@example.com', 'b@example.org']
    """
    if is_usual_email(text):
        return [text]
    unquoted = _QUOTED_NAME.sub("", text)
    bare = _BRACKETS.sub(" ", unquoted)
    # Names stand beside addresses in brackets only.
    loose = [part for part in _BETWEEN.split(bare) if part and ("@" in part or bare == unquoted)]
    return list(dict.fromkeys(map(_email, [*_BRACKETS.findall(unquoted), *loose])))


def _email(text: str) -> str:
    local, at, domain = plain(text).removeprefix("mailto:").rpartition("@")
    if not (at and _LOCAL.fullmatch(local)):
        raise ValueError("The text is no e-mail address.")
    email = f"{local}@{_host(domain)}"
    if len(email) > LONGEST_EMAIL:
        raise ValueError("The e-mail address is too long.")
    return email


def domain_of_email(email: str) -> str | None:
    """The domain of an address; None where everybody can have one there. ValueError for no address.

    >>> domain_of_email("ada@acme.example"), domain_of_email("ada@qq.com")
    ('acme.example', None)
    """
    domain = _email(email).rpartition("@")[2]
    return None if domain in FREE_MAIL else domain


def read_url(text: str) -> str:
    """The address with a scheme, its host in small letters and punycode; ValueError for others.

    >>> read_url("WWW.Müller.de/Über")
    'https://www.xn--mller-kva.de/Über'
    """
    written = plain(text)
    if len(written) > LONGEST_URL or _NOT_IN_URLS.search(written):
        raise ValueError("The text is no web address.")
    parts = urlsplit(written if _SCHEME.match(written) else f"https://{written}")
    if "@" in parts.netloc or not parts.hostname:
        raise ValueError("The text is no web address.")
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    path = "" if parts.path == "/" and not parts.query else parts.path
    return urlunsplit(
        (parts.scheme, _host(parts.hostname) + port, path, parts.query, parts.fragment)
    )


def domain_of_url(text: str) -> str:
    """The domain of a web address, without `www.`; ValueError for other texts.

    >>> domain_of_url("https://www.acme.example/about")
    'acme.example'
    """
    host = urlsplit(read_url(text)).hostname or ""
    return host.removeprefix("www.") if host.count(".") > 1 else host


def _host(name: str) -> str:
    """As resolvers know it; ValueError where it cannot be the name of one."""
    if len(name) > LONGEST_HOST:
        raise ValueError("The name of the host is too long.")
    host = name.rstrip(".").encode("idna").decode().lower()
    if not _HOST.fullmatch(host):
        raise ValueError("The text names no host.")
    return host
