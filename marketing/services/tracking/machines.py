"""Opens and clicks of machines: mail apps that fetch ahead, scanners that follow every link.

What people do is told apart by what is known some seconds later. It errs on the side of people only where nothing
speaks for a machine; both are kept and shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketing.choices import HitKind, MachineSign

EARLY = timedelta(seconds=8)
BURST = timedelta(seconds=3)
BURST_LINKS = 3
TRAP_SPAN = timedelta(minutes=10)
# Programmes that say what they are. Proxies of Gmail and Yahoo fetch when somebody looks: not here.
MACHINES = re.compile(
    r"bot\b|crawl|spider|scan|preview|curl/|wget/|python-|java/|okhttp|go-http-client|libwww|headless|"
    r"barracuda|mimecast|proofpoint|urldefense|symantec|messagelabs|trendmicro|forcepoint|fireeye|"
    r"cloudmark|ironport|microsoft office existence|safelinks|bingpreview|facebookexternalhit|"
    r"slackbot|whatsapp/|telegrambot",
    re.IGNORECASE,
)
# Apple's Mail Privacy Protection says no more than this, and fetches whether or not anybody looks.
PREFETCHES = frozenset({"mozilla/5.0"})


@dataclass(frozen=True)
class Hit:
    """What is known of one."""

    number: int
    kind: str
    at: datetime
    url: str = ""
    agent: str = ""
    is_head: bool = False


def signs(hits: Sequence[Hit], sent_at: datetime | None) -> dict[int, str]:
    """By which sign each of the hits of one recipient is a machine's; nothing for those of people.

    >>> at = datetime(2026, 11, 28, 12)
    >>> signs([Hit(1, "open", at, agent="Mozilla/5.0 (Windows NT 10.0)")], at - timedelta(hours=1))
    {}
    >>> signs([Hit(1, "click", at, agent="Mozilla/5.0 (Windows NT 10.0)")], at)
    {1: 'early'}
    """
    traps = [hit.at for hit in hits if hit.kind == HitKind.TRAP]
    bursts = _bursts([hit for hit in hits if hit.kind == HitKind.CLICK])
    found = {}
    for hit in hits:
        sign = _sign(hit, sent_at, traps, bursts)
        if sign:
            found[hit.number] = str(sign)
    return found


def _sign(
    hit: Hit, sent_at: datetime | None, traps: Sequence[datetime], bursts: set[int]
) -> MachineSign | None:
    if hit.kind == HitKind.TRAP or any(abs(hit.at - trap) <= TRAP_SPAN for trap in traps):
        return MachineSign.TRAP
    if hit.is_head:
        return MachineSign.HEAD
    if MACHINES.search(hit.agent) or not hit.agent.strip():
        return MachineSign.AGENT
    if hit.number in bursts:
        return MachineSign.BURST
    if sent_at is not None and hit.at - sent_at < EARLY:
        return MachineSign.EARLY
    if hit.agent.strip().casefold() in PREFETCHES:
        return MachineSign.PREFETCH
    return None


def _bursts(clicks: Sequence[Hit]) -> set[int]:
    """Clicks on several links within a moment: more than a person can read."""
    found: set[int] = set()
    ordered = sorted(clicks, key=lambda hit: hit.at)
    for place, first in enumerate(ordered):
        near = [hit for hit in ordered[place:] if hit.at - first.at <= BURST]
        if len({hit.url for hit in near}) >= BURST_LINKS:
            found |= {hit.number for hit in near}
    return found
