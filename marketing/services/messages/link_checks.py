"""Whether the links of letters lead somewhere: asked over the web by a worker, kept for a day, only ever a warning."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.upsert import upsert
from core.webhooks.visiting import LONGEST, Visited, visit
from marketing.choices import LinkFault
from marketing.models import LinkCheck

KEPT = timedelta(days=1)
FORGOTTEN = timedelta(days=30)
LEASE = timedelta(minutes=3)
AT_ONCE, MOST_ROUNDS = 8, 6  # of a turn; beat calls again
MOST_OF_LETTER = 50
# What servers answer to programs that they do not let in; people see the page.
CLOSED = frozenset({401, 403, 405, 406, 418, 429, 451})
FIRST_FAULT, FIRST_STRANGE = 400, 600

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class LinkNews:
    """What is worth knowing of one link."""

    url: str
    sentence: str
    is_fine: bool


def key_of(url: str) -> str:
    return sha256(url.encode()).hexdigest()


def is_asked(url: str) -> bool:
    """Whether a link can be asked over the web.

    >>> [is_asked(url) for url in ("https://example.com/a", "mailto:ann@example.com", "#")]
    [True, False, False]
    """
    return url.startswith(("http://", "https://")) and len(url) <= LONGEST


def ask(urls: Iterable[str], *, at: datetime) -> int:
    """Put those that nobody has asked within a day into the hands of a worker; how many these are."""
    wanted = {key_of(url): url for url in urls if is_asked(url)}
    known = LinkCheck.objects.filter(key__in=wanted)
    fresh = known.filter(Q(checked_at__gte=at - KEPT) | Q(asked_at__gte=at - LEASE))
    missing = wanted.keys() - set(fresh.values_list("key", flat=True))
    rows = [(key, wanted[key], at, "", "") for key in sorted(missing)[:MOST_OF_LETTER]]
    fields = ("key", "url", "asked_at", "fault", "leads_to")
    upsert(LinkCheck, rows, fields=fields, key=("key",), updates=("asked_at",))
    return len(rows)


@dataclass(frozen=True)
class Asked:
    """How far a letter's links were asked."""

    number: int
    is_waiting: bool
    is_done: bool
    news: Sequence[LinkNews]


def asked_of(urls: Iterable[str], *, at: datetime) -> Asked:
    """For pages: what is known, and whether a worker is at it."""
    wanted = {url for url in urls if is_asked(url)}
    checks = checks_for(wanted)
    fresh = [each for each in checks if _is_fresh(each, at)]
    is_waiting = any(each.is_waiting and each.asked_at >= at - LEASE for each in checks)
    return Asked(len(wanted), is_waiting, len(fresh) == len(wanted), news_of(checks, at=at))


def _is_fresh(check: LinkCheck, at: datetime) -> bool:
    return check.checked_at is not None and check.checked_at >= at - KEPT


def checks_for(urls: Iterable[str]) -> list[LinkCheck]:
    """What is known of these links, in their order."""
    keys = list(dict.fromkeys(key_of(url) for url in urls if is_asked(url)))
    rows = {row.key: row for row in LinkCheck.objects.filter(key__in=keys)}
    return [rows[key] for key in keys if key in rows]


def news_of(checks: Sequence[LinkCheck], *, at: datetime) -> list[LinkNews]:
    """Of links that were asked within a day: what answers badly, and what leads on elsewhere."""
    found = []
    for check in checks:
        if _is_fresh(check, at):
            sentence, is_fine = _judged(check)
            if sentence:
                found.append(LinkNews(check.url, sentence, is_fine))
    return sorted(found, key=lambda each: each.is_fine)


def _judged(check: LinkCheck) -> tuple[str, bool]:
    """The sentence, empty where nothing is to be said, and whether it is no warning."""
    if check.fault:
        return str(LinkFault(check.fault).label), False
    status = check.status or 0
    if status in CLOSED or status >= FIRST_STRANGE:
        return _("It lets no programs in (%(status)s): open it yourself.") % {
            "status": status
        }, True
    if status >= FIRST_FAULT:
        return pgettext("link", "It answers %(status)s.") % {"status": status}, False
    if not check.leads_to or _is_same(check.url, check.leads_to):
        return "", True
    here, there = urlsplit(check.url).path.strip("/"), urlsplit(check.leads_to).path.strip("/")
    if here and not there:
        return _("It leads on to the first page, %(url)s.") % {"url": check.leads_to}, False
    return _("It leads on to %(url)s.") % {"url": check.leads_to}, True


def _is_same(url: str, other: str) -> bool:
    """The same page by https, with www. or with a stroke at its end."""
    return _bare(url) == _bare(other)


def _bare(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}"


# -- the worker ------------------------------------------------------------------------------------


def waiting(at: datetime) -> QuerySet[LinkCheck]:
    rows = LinkCheck.objects.filter(Q(checked_at=None) | Q(checked_at__lt=F("asked_at")))
    return rows.filter(Q(lease_until=None) | Q(lease_until__lt=at))


def check_waiting(*, clock: Clock, visits: Callable[[str], Visited] = visit) -> int:
    """Ask what waits, some at a time; how many that were. A worker that dies leaves its links to the next."""
    number = 0
    with ThreadPoolExecutor(AT_ONCE, "link") as threads:
        for _round in range(MOST_ROUNDS):
            claimed = _claimed(clock())
            if not claimed:
                break
            for check, visited in zip(
                claimed, threads.map(visits, [each.url for each in claimed]), strict=True
            ):
                _keep(check, visited, clock())
            number += len(claimed)
    LinkCheck.objects.filter(checked_at__lt=clock() - FORGOTTEN).delete()
    return number


def _claimed(at: datetime) -> list[LinkCheck]:
    """By a conditional update each: two workers never ask the same link."""
    rows = list(waiting(at).order_by("asked_at", "pk")[:AT_ONCE])
    return [row for row in rows if waiting(at).filter(pk=row.pk).update(lease_until=at + LEASE)]


def _keep(check: LinkCheck, visited: Visited, at: datetime) -> None:
    LinkCheck.objects.filter(pk=check.pk).update(
        checked_at=at,
        lease_until=None,
        fault=visited.fault or "",
        status=visited.status,
        leads_to=visited.url if visited.url != check.url else "",
    )
