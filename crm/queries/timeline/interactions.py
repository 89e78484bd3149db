"""What people did, in sentences."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core.permissions import Access
from core.phrases import money
from crm.choices import EventKind, InteractionKind
from crm.models import Interaction
from crm.queries.timeline.entries import Entry

MOST_SUBJECTS = 3
WRITTEN = (InteractionKind.REPLY, InteractionKind.COMMENT, InteractionKind.CHAT)

# Left out (empty): a page is on the web, and an e-mail is opened by e-mail.
CHANNELS: dict[str, object] = {
    "web": "",
    "email": "",
    **dict(EventKind.choices),
    "search": pgettext_lazy("channel", "Search"),
    "referral": _("Referral"),
    "partner": _("Partner"),
    "shop": _("Online shop"),
    "linkedin": _("LinkedIn"),
    "wechat": _("WeChat"),
    "douyin": _("Douyin"),
}

Sentence = Callable[[int], str]
SENTENCES: dict[str, tuple[str, Sentence]] = {
    "visit": ("eye", lambda n: ngettext("Visited a page", "Visited %(count)s pages", n)),
    "open": (
        "mail-opened",
        lambda n: ngettext("Opened an e-mail", "Opened e-mails %(count)s times", n),
    ),
    "click": ("click", lambda n: ngettext("Clicked a link", "Clicked %(count)s links", n)),
    "reply": ("mail", lambda n: ngettext("Answered an e-mail", "Answered %(count)s e-mails", n)),
    "submit": ("forms", lambda n: ngettext("Submitted a form", "Submitted %(count)s forms", n)),
    "download": (
        "download",
        lambda n: ngettext("Downloaded a file", "Downloaded %(count)s files", n),
    ),
    "view": ("eye", lambda n: ngettext("Viewed content", "Viewed content %(count)s times", n)),
    "like": ("thumb-up", lambda n: ngettext("Liked something", "Liked %(count)s things", n)),
    "comment": ("message", lambda n: ngettext("Commented", "Commented %(count)s times", n)),
    "share": ("share", lambda n: ngettext("Shared something", "Shared %(count)s things", n)),
    "chat": (
        "message-2",
        lambda n: ngettext("Wrote in the chat", "Wrote in the chat %(count)s times", n),
    ),
    "attend": ("video", lambda n: ngettext("Attended an event", "Attended %(count)s events", n)),
    "purchase": ("shopping-cart", lambda n: ngettext("Bought", "Bought %(count)s times", n)),
    "unsubscribe": ("ban", lambda n: ngettext("Unsubscribed", "Unsubscribed %(count)s times", n)),
    "other": ("activity", lambda n: ngettext("Did something", "Did %(count)s things", n)),
}


def interaction_entry(rows: Sequence[Interaction], access: Access, *, is_named: bool) -> Entry:
    """Rows of one kind, person and day as one entry; `is_named` says whose they are."""
    newest = rows[0]
    icon, sentence = SENTENCES[newest.kind]
    subjects = list(dict.fromkeys(row.subject or row.url for row in rows))
    details = [subject for subject in subjects if subject][:MOST_SUBJECTS]
    details += [*_amounts(rows), *_channel(newest)]
    if is_named:
        details.insert(0, newest.contact.name_for(access))
    return Entry(
        newest.at,
        icon,
        sentence(len(rows)) % {"count": len(rows)},
        tuple(details),
        body=_words(newest) if len(rows) == 1 else "",
    )


def _channel(row: Interaction) -> list[str]:
    """How it came about, where the sentence does not say it."""
    label = CHANNELS.get(row.channel, row.channel)
    return [str(label)] if label else []


def _amounts(rows: Sequence[Interaction]) -> list[str]:
    """What was paid, a sum for each currency."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row.amount is not None:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amount
    return [money(amount, currency) for currency, amount in sums.items()]


def _words(row: Interaction) -> str:
    """What the person wrote."""
    text = row.detail.get("text", "") if row.kind in WRITTEN else ""
    return text if isinstance(text, str) else ""
