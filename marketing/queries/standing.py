"""Whether contacts may be written to: as expressions of the database, for any number of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.mailboxes import reaches_somebody
from marketing.choices import Channel, ConsentState
from marketing.models import ContactPreference, MarketingOptions, Recipient, Suppression
from marketing.queries.message_options import options

WEEK, MONTH = 7, 30
CAPS = (("week_cap", WEEK), ("month_cap", MONTH))

BINNED, NO_ADDRESS, SUPPRESSED = "binned", "no_address", "suppressed"
WITHDRAWN, PENDING, NO_CONSENT = "withdrawn", "pending", "no_consent"
PAUSED, CAPPED = "paused", "capped"
CODES = (BINNED, NO_ADDRESS, SUPPRESSED, WITHDRAWN, PENDING, NO_CONSENT, PAUSED, CAPPED)
MOST = 2**62  # rows; more than any database has
# Nobody is reached at these (RFC 2606).
NOWHERE = ".invalid"


def address_of(contact: Mapping[str, Any], channel: str) -> str:
    """Where a message by this channel arrives, as it is compared; empty where it does not.

    >>> address_of({"email_key": "ada@example.org"}, "email")
    'ada@example.org'
    """
    if channel == Channel.EMAIL:
        address = str(contact["email_key"])
        return address if address and reaches_somebody(address) else ""
    if channel == Channel.SMS:
        return str(contact["mobile"] or "")
    return ""  # WeChat accounts are not kept yet


@dataclass(frozen=True)
class Standing:
    """The question: for what, by which way, at which moment."""

    purpose: int
    channel: str
    at: datetime

    def judged(self, audience: "QuerySet[Any]") -> "QuerySet[Any]":
        """The contacts with `refusal`: the code of the first reason against writing, or an empty text."""
        said = Q(consents__purpose=self.purpose, consents__channel=self.channel)
        rows: QuerySet[Any] = audience.annotate(said=FilteredRelation("consents", condition=said))
        refusal = Case(
            *(When(test, then=Value(code)) for code, test in self._tests().items()),
            default=Value(""),
            output_field=CharField(),
        )
        judged: QuerySet[Any] = rows.annotate(refusal=refusal)
        return judged

    @property
    def column(self) -> str:
        return {Channel.EMAIL: "email_key", Channel.SMS: "mobile"}.get(Channel(self.channel), "")

    def _tests(self) -> dict[str, Q]:
        column = self.column
        if not column:
            return {BINNED: Q(deleted_at__isnull=False), NO_ADDRESS: Q(pk__isnull=False)}
        nowhere = Q(**{column: ""}) | Q(**{f"{column}__endswith": NOWHERE})
        suppressed = Suppression.objects.values("address_key")
        tests = {
            BINNED: Q(deleted_at__isnull=False),
            NO_ADDRESS: nowhere,
            SUPPRESSED: Q(**{f"{column}__in": suppressed}),
            WITHDRAWN: Q(said__state=ConsentState.WITHDRAWN),
            PENDING: Q(said__state=ConsentState.PENDING),
            NO_CONSENT: Q(said__state__isnull=True),
        }
        # What nobody meets is not asked of everybody: wishes are a join of their own.
        if ContactPreference.objects.filter(paused_until__gt=self.at).exists():
            tests[PAUSED] = Q(message_preference__paused_until__gt=self.at)
        capped = self._capped(column)
        return {**tests, CAPPED: capped} if capped else tests

    def _capped(self, column: str) -> Q:
        """The company's cap, else the person's own."""
        found, told = Q(), options()
        for name, days in CAPS:
            since = self.at - timedelta(days=days)
            own = f"message_preference__{name}"
            cap = getattr(told, name)
            is_own = ContactPreference.objects.filter(**{f"{name}__isnull": False}).exists()
            if cap is not None:
                often = Q(**{f"{column}__in": often_written_to(since, self.at, cap)})
                found |= Q(**{f"{own}__isnull": True}) & often if is_own else often
            if is_own:
                found |= Q(pk__in=_over_own(name, column, since, self.at))
        return found


def often_written_to(since: datetime, at: datetime, cap: int) -> "QuerySet[Any, Any]":
    """The addresses that had as many messages already."""
    rows = Recipient.objects.filter(sent_at__gt=since, sent_at__lte=at)
    counted = rows.order_by().values("address_key").annotate(n=Count("pk")).filter(n__gte=cap)
    return counted.values("address_key")


def _over_own(name: str, column: str, since: datetime, at: datetime) -> "QuerySet[Any, Any]":
    """Contacts that had as many as they themselves want."""
    rows = Recipient.objects.filter(
        address_key=OuterRef(f"contact__{column}"), sent_at__gt=since, sent_at__lte=at
    )
    counted = rows.order_by().values("address_key").annotate(n=Count("pk")).values("n")
    wishes = ContactPreference.objects.filter(**{f"{name}__isnull": False})
    wishes = wishes.annotate(sent=Coalesce(Subquery(counted), 0)).filter(sent__gte=F(name))
    return wishes.values("contact")


def counts_of(judged: "QuerySet[Any]") -> dict[str, int]:
    """How many of the contacts have each reason; those without one under the empty text."""
    rows: Any = judged.order_by().values("refusal")
    if connection.vendor == "postgresql":
        counted = rows.annotate(number=Count("pk"))
        return dict(counted.values_list("refusal", "number"))
    # SQLite sorts what it groups; the limit keeps it from working the reason out again for each of the counts.
    told = rows[:MOST]
    names = {f"n{place}": code for place, code in enumerate(("", *CODES))}
    counts = told.aggregate(
        **{name: Count("refusal", filter=Q(refusal=code)) for name, code in names.items()}
    )
    return {code: counts[name] for name, code in names.items() if counts[name]}


def sent_counts(addresses: Collection[str], at: datetime) -> dict[str, tuple[int, int]]:
    """How many messages each address had in the last 7 and in the last 30 days."""
    week, month = at - timedelta(days=WEEK), at - timedelta(days=MONTH)
    rows = Recipient.objects.filter(address_key__in=addresses, sent_at__gt=month, sent_at__lte=at)
    counted = rows.order_by().values("address_key")
    counted = counted.annotate(week=Count("pk", filter=Q(sent_at__gt=week)), month=Count("pk"))
    return {key: (w, m) for key, w, m in counted.values_list("address_key", "week", "month")}


def caps_of(preference: ContactPreference | None, told: MarketingOptions) -> list[int | None]:
    """The caps in 7 and in 30 days that hold for a person; nobody's is None."""
    found: list[int | None] = []
    for name, _days in CAPS:
        own = getattr(preference, name) if preference is not None else None
        found.append(own if own is not None else getattr(told, name))
    return found
