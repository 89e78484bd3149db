"""Contacts as customers: what they bought, what they did on which channel, who they are, what was written of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Count, Max, Q

from analytics.datasets.leads import TELLING_TYPES, cell_of
from analytics.datasets.purchases import purchases_of, read_purchases
from analytics.methods.cells import as_numbers
from core.choices import FieldType, KnownWhen
from core.fields.added import fields_of
from core.time_ids import SLOT_BITS, first_id
from crm.choices import InteractionKind
from crm.models import Activity, Contact, Interaction
from crm.queries.purchases import Purchases

__all__ = [
    "Customers",
    "channels_in_use",
    "customers_in",
    "customers_of",
    "number_fields",
    "texts_of",
]

OBJECT = "crm.contact"
NEVER = 1_825  # days: whoever never bought counts as one who did so five years ago
SILENT = 365  # days: whoever did nothing within a year
SPANS = (90, 365)
MOST_CHANNELS = 6
LONGEST_TEXT = 4_000  # characters of a contact
NO_CHANNEL = "-"
DAY = 24 * 60 * 60 * 1000
# Purchases are told by what was bought; who leaves a list is not engaged.
NOT_ENGAGED = (InteractionKind.PURCHASE, InteractionKind.UNSUBSCRIBE)
NUMBER_TYPES = frozenset({FieldType.NUMBER, FieldType.MONEY})

COMPANY = ("industry", "country", "employees")

SINCE, COUNT, VALUE = "purchases.since", "purchases.count", "purchases.value"
QUIET = "engagement.since"
EMPLOYEES, INDUSTRY, COUNTRY = (
    "crm.company.employees",
    "crm.company.industry",
    "crm.contact.country",
)


@dataclass(frozen=True)
class Customers:
    """Contacts by number: columns of numbers, columns of words, who bought at all, and since when they are known."""

    numbers: pd.DataFrame
    words: pd.DataFrame
    bought: npt.NDArray[np.bool_]
    created: Sequence[datetime]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, wanted: npt.NDArray[Any]) -> "Customers":
        """Those at these places."""
        return Customers(
            self.numbers.iloc[wanted],
            self.words.iloc[wanted],
            self.bought[wanted],
            [self.created[place] for place in wanted.tolist()],
        )


def together(parts: Sequence[Customers]) -> Customers:
    """One table of several."""
    return Customers(
        pd.concat([part.numbers for part in parts]),
        pd.concat([part.words for part in parts]),
        np.concatenate([part.bought for part in parts]),
        [moment for part in parts for moment in part.created],
    )


def channel_column(channel: str, days: int) -> str:
    return f"channel.{channel or NO_CHANNEL}.{days}"


def channels_in_use(as_of: datetime) -> list[str]:
    """The channels on which most was done within a year, the busiest first."""
    rows = _engaged(as_of).values("channel").annotate(times=Count("pk"))
    found = sorted(rows.values_list("times", "channel"), key=lambda row: (-row[0], row[1]))
    return [channel for _times, channel in found[:MOST_CHANNELS]]


def number_fields() -> dict[str, str]:
    """Own fields of contacts that hold numbers: full name to key."""
    return _own(NUMBER_TYPES)


def _own(types: frozenset[FieldType]) -> dict[str, str]:
    return {
        field.name: field.key
        for field in fields_of(OBJECT)
        if field.known_when == KnownWhen.BEFORE and field.type in types
    }


def customers_in(lowest: int, highest: int, as_of: datetime, channels: Sequence[str]) -> Customers:
    """The contacts with numbers from `lowest` to `highest`, both included, as of a moment."""
    rows: Any = Contact.objects.kept().filter(pk__gte=lowest, pk__lte=highest)
    ends = {"contact__gte": lowest, "contact__lte": highest}
    return _customers(rows, ends, purchases_of(lowest, highest, as_of), as_of, channels)


def customers_of(ids: Iterable[int], as_of: datetime, channels: Sequence[str]) -> Customers:
    """These contacts, a few."""
    wanted = sorted(set(ids))
    rows: Any = Contact.objects.kept().filter(pk__in=wanted)
    bought = [read_purchases(Purchases(as_of, pk, pk)) for pk in wanted]
    frame = pd.concat(bought) if bought else read_purchases(Purchases(as_of, 1, 0))
    return _customers(rows, {"contact__in": wanted}, frame, as_of, channels)


def _customers(
    rows: Any, ends: dict[str, Any], bought: pd.DataFrame, as_of: datetime, channels: Sequence[str]
) -> Customers:
    own, own_words = _own(NUMBER_TYPES), _own(TELLING_TYPES - NUMBER_TYPES)
    facts = rows.order_by("pk").values_list(
        "pk", "created_at", "custom", "country", *(f"company__{name}" for name in COMPANY)
    )
    ids: list[int] = []
    created: list[datetime] = []
    numbers: dict[str, list[Any]] = {name: [] for name in (EMPLOYEES, *own)}
    words: dict[str, list[Any]] = {name: [] for name in (INDUSTRY, COUNTRY, *own_words)}
    for pk, at, custom, country, industry, company_country, employees in facts.iterator():
        ids.append(pk)
        created.append(at)
        numbers[EMPLOYEES].append(employees)
        words[INDUSTRY].append(industry or "")
        words[COUNTRY].append(country or company_country or "")
        for name, key in own.items():
            numbers[name].append((custom or {}).get(key))
        for name, key in own_words.items():
            value = cell_of((custom or {}).get(key))
            words[name].append("" if value is None else str(value))
    index = pd.Index(ids, dtype="int64", name="contact")
    frame = pd.DataFrame(
        {
            **_purchase_columns(bought.reindex(index), as_of),
            **_channel_columns(ends, index, as_of, channels),
            **{name: as_numbers(pd.Series(each, dtype=object)) for name, each in numbers.items()},
        },
        index=index,
    )
    has_bought = index.isin(bought.index)
    return Customers(frame, pd.DataFrame(words, index=index, dtype=object), has_bought, created)


def _purchase_columns(bought: pd.DataFrame, as_of: datetime) -> dict[str, Any]:
    today = np.datetime64(as_of.date(), "D")
    last = bought["last"].to_numpy().astype("datetime64[D]")
    since = np.where(np.isnat(last), NEVER, (today - last).astype(np.float64))
    return {
        SINCE: since.clip(0, NEVER),
        COUNT: bought["days"].fillna(0).to_numpy(dtype=np.float64),
        VALUE: bought["total"].fillna(0).to_numpy(dtype=np.float64),
    }


def _engaged(as_of: datetime) -> Any:
    begin = first_id(as_of - timedelta(days=SILENT))
    rows: Any = Interaction.objects.filter(pk__gte=begin, pk__lt=first_id(as_of))
    return rows.exclude(kind__in=NOT_ENGAGED).order_by()


def _channel_columns(
    ends: dict[str, Any], index: "pd.Index[int]", as_of: datetime, channels: Sequence[str]
) -> dict[str, Any]:
    """Times on each channel within both spans, and days since anything at all."""
    recent = Q(pk__gte=first_id(as_of - timedelta(days=SPANS[0])))
    rows = _engaged(as_of).filter(**ends).values("contact", "channel")
    counted = rows.annotate(recent=Count("pk", filter=recent), year=Count("pk"), last=Max("pk"))
    columns = {
        channel_column(channel, days): np.zeros(len(index))
        for channel in channels
        for days in SPANS
    }
    last = np.zeros(len(index), dtype=np.int64)
    place = {pk: number for number, pk in enumerate(index.tolist())}
    told = counted.values_list("contact", "channel", "recent", "year", "last")
    for contact, channel, few, many, newest in told.iterator():
        row = place.get(contact)
        if row is None:  # in the bin
            continue
        last[row] = max(last[row], newest)
        if channel in channels:
            columns[channel_column(channel, SPANS[0])][row] = few
            columns[channel_column(channel, SPANS[1])][row] = many
    now = first_id(as_of) >> SLOT_BITS
    quiet = np.where(last > 0, np.floor((now - (last >> SLOT_BITS)) / DAY), SILENT)
    return {**columns, QUIET: quiet.clip(0, SILENT)}


def texts_of(ids: Sequence[int], as_of: datetime) -> list[str]:
    """What our notes, messages and talks say of each contact, the newest first, in the order given."""
    rows: Any = Activity.objects.kept().filter(contact__in=ids, created_at__lt=as_of)
    said: dict[int, list[str]] = defaultdict(list)
    length: dict[int, int] = defaultdict(int)
    told = rows.order_by("contact", "-at", "-pk").values_list("contact", "subject", "body")
    for contact, subject, body in told.iterator():
        if length[contact] < LONGEST_TEXT:
            text = f"{subject}\n{body}"[: LONGEST_TEXT - length[contact]]
            said[contact].append(text)
            length[contact] += len(text)
    return ["\n".join(said[pk]) for pk in ids]
