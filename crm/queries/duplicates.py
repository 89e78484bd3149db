"""Reads about records that are probably the same, as far as a user may see both."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from core import permissions
from core.fields.ordering import Order
from core.lists.keyset import Page, fetch_page
from core.models import JobRun, User
from core.permissions import Access
from core.sentences import say
from crm.methods.duplicates.levels import Field
from crm.methods.duplicates.sentences import COMMON_NAME, SENTENCES
from crm.models import DuplicatePair
from crm.queries.compared import COMPANY, COMPARED, CONTACT, ComparedType
from crm.queries.doubles import may_have_pairs

PAGE_SIZE = 25
MOST_SIDE_BY_SIDE = 5
MOST_TOGETHER = 200  # pairs beside those of a page that join its records
SEARCH_KINDS = ("crm.duplicate_keys", "crm.duplicates")

# What a reason speaks of: who may not see one of these fields does not hear it.
SPOKEN_OF: Mapping[str, tuple[str, ...]] = {
    Field.NAME: ("crm.contact.name",),
    Field.EMAIL: ("crm.contact.email", "crm.contact.other_email"),
    Field.PHONE: ("phone", "crm.contact.mobile", "crm.contact.other_phone"),
    Field.LINKEDIN: ("crm.contact.linkedin_url",),
    Field.FIRM: ("crm.contact.company", "crm.contact.email"),
    Field.TITLE: ("crm.contact.job_title",),
    Field.CITY: ("city",),
    Field.EXTERNAL_ID: ("external_id",),
    Field.FIRM_NAME: ("crm.company.name",),
    Field.DOMAIN: ("crm.company.domain", "crm.company.website"),
}
FIELD_OF = {sentence: field for (field, _level), sentence in SENTENCES.items()}
FACTS = {
    CONTACT: ("email", "phone", "company", "job_title", "city"),
    COMPANY: ("domain", "phone", "industry", "city", "country"),
}


@dataclass(frozen=True)
class Reason:
    """Why two records are (or are not) the same."""

    text: str
    speaks_for: bool


@dataclass(frozen=True)
class Told:
    """A record of a group, as one line says it."""

    record: Any
    name: str
    facts: list[str]


@dataclass(frozen=True)
class Group:
    """Records that are probably all the same; `pair` is the likeliest of their pairs."""

    pair: DuplicatePair
    records: list[Told]
    reasons: list[Reason]

    @property
    def ids(self) -> list[int]:
        return [told.record.pk for told in self.records]

    @property
    def merge_url(self) -> str:
        return merge_address(self.pair.object_type, self.ids)


@dataclass(frozen=True)
class Queue:
    """One page of groups."""

    groups: list[Group]
    page: Page


def merge_address(object_type: str, ids: Sequence[int]) -> str:
    """Where records stand side by side; a large group is merged in several goes."""
    url = reverse("record_merge", args=[object_type])
    return f"{url}?{urlencode({'ids': list(ids)[:MOST_SIDE_BY_SIDE]}, doseq=True)}"


def may_see_duplicates(object_type: str, access: Access) -> bool:
    return access.may("crm.duplicates.use") and access.may(f"{object_type}.view")


def types_for(user: User) -> list[ComparedType]:
    access = permissions.access_of(user)
    return [each for key, each in COMPARED.items() if may_see_duplicates(key, access)]


def open_pairs(object_type: str, user: User, *, least: float = 0.0) -> QuerySet[DuplicatePair]:
    """The pairs of which the user may see both records."""
    pairs: QuerySet[DuplicatePair] = DuplicatePair.objects.open().filter(object_type=object_type)
    visible = permissions.visible_rows(COMPARED[object_type].model, user)
    both = Exists(visible.filter(pk=OuterRef("one_id"))) & Exists(
        visible.filter(pk=OuterRef("other_id"))
    )
    return pairs.filter(both, probability__gte=least)


def queue_page(object_type: str, user: User, *, least: float, token: str) -> Queue:
    """The likeliest first; pairs that share a record stand together where the likeliest stands."""
    page = fetch_page(
        open_pairs(object_type, user, least=least),
        sort=Order("probability"),
        descending=True,
        size=PAGE_SIZE,
        token=token,
    )
    pairs = _with_neighbours(object_type, user, page.rows)
    leading = {pair.pk for pair in page.rows}
    gathered = [each for each in _gather(pairs) if each[0].pk in leading]
    return Queue(_told(object_type, user, gathered), page)


def _with_neighbours(
    object_type: str, user: User, pairs: Sequence[DuplicatePair]
) -> list[DuplicatePair]:
    ids = {pk for pair in pairs for pk in pair.ids}
    touching = Q(one_id__in=ids) | Q(other_id__in=ids)
    others = open_pairs(object_type, user).filter(touching).likeliest_first()  # type: ignore[attr-defined]
    found = {pair.pk: pair for pair in [*others[:MOST_TOGETHER], *pairs]}
    return sorted(found.values(), key=lambda pair: (-pair.probability, -pair.pk))


def _gather(pairs: Iterable[DuplicatePair]) -> list[list[DuplicatePair]]:
    """Pairs that hang together by their records, in the order of the first of each."""
    gathered: list[list[DuplicatePair]] = []
    for pair in pairs:
        hits = [group for group in gathered if any(set(pair.ids) & set(o.ids) for o in group)]
        if not hits:
            gathered.append([pair])
            continue
        hits[0].append(pair)
        for other in hits[1:]:
            hits[0].extend(other)
            gathered.remove(other)
    return gathered


def _told(object_type: str, user: User, groups: list[list[DuplicatePair]]) -> list[Group]:
    access = permissions.access_of(user)
    ids = {pk for group in groups for pair in group for pk in pair.ids}
    records = records_told(object_type, ids, user)
    told = []
    for group in groups:
        first = group[0]
        its = dict.fromkeys(pk for pair in group for pk in pair.ids)
        told.append(
            Group(
                first,
                [records[pk] for pk in its if pk in records],
                reasons_told(first.object_type, first.reasons, access),
            )
        )
    return told


def records_told(object_type: str, ids: Collection[int], user: User) -> dict[int, Told]:
    """The records with what the user may see of them, in one query."""
    compared, access = COMPARED[object_type], permissions.access_of(user)
    rows = compared.model.objects.visible_to(user).for_list().filter(pk__in=ids)
    return {row.pk: Told(row, row.name_for(access), _facts(compared, row, access)) for row in rows}


def _facts(compared: ComparedType, row: Any, access: Access) -> list[str]:
    values: list[str] = []
    for name in FACTS[compared.key]:
        value: Any = getattr(row, name) if access.sees(f"{compared.key}.{name}") else ""
        if name == "company" and value:
            value = value.name_for(access) if access.reaches(value) else ""
        values.append(str(value or ""))
    return [value for value in values if value]


def reasons_told(
    object_type: str, reasons: Iterable[Mapping[str, Any]], access: Access
) -> list[Reason]:
    """The reasons in words, but for those that speak of fields the user may not see."""
    return [
        Reason(text, each["weight"] > 0)
        for each in reasons
        if (text := reason_text(object_type, each["message"], each["args"], access))
    ]


def reason_text(object_type: str, message: str, args: Mapping[str, Any], access: Access) -> str:
    """One reason in words; nothing where it speaks of a field that the user may not see."""
    return say(message, args) if _may_hear(object_type, message, access) else ""


def _may_hear(object_type: str, message: str, access: Access) -> bool:
    field = Field.NAME if message == COMMON_NAME else FIELD_OF[message]
    return all(
        access.sees(name if "." in name else f"{object_type}.{name}") for name in SPOKEN_OF[field]
    )


def latest_search() -> JobRun | None:
    """The run of the search that is at work, else the last one."""
    return JobRun.objects.filter(kind__in=SEARCH_KINDS).order_by("-pk").first()


def search_at_work() -> JobRun | None:
    """The run of the search that has not ended."""
    run = latest_search()
    return run if run is not None and run.is_active else None


def duplicates_told(
    object_type: str, user: User, *, least: float, token: str
) -> tuple[list[dict[str, Any]], str]:
    """One page of pairs as programs read them, and the token of the next page."""
    access = permissions.access_of(user)
    rows = open_pairs(object_type, user, least=least)
    page = fetch_page(rows, sort=Order("probability"), descending=True, size=100, token=token)
    told = [
        {
            "id": pair.pk,
            "type": object_type,
            "records": list(pair.ids),
            "probability": pair.probability,
            "reasons": [
                {"text": reason.text, "speaks_for": reason.speaks_for}
                for reason in reasons_told(object_type, pair.reasons, access)
            ],
        }
        for pair in page.rows
    ]
    return told, page.next_token


def possible_duplicates(record: Any, user: User) -> list[Told]:
    """The records of the open pairs of one record, the likeliest first."""
    object_type = record._meta.label_lower
    either = Q(one_id=record.pk) | Q(other_id=record.pk)
    pairs = open_pairs(object_type, user).filter(either).likeliest_first()[:3]  # type: ignore[attr-defined]
    others = [pair.one_id if pair.other_id == record.pk else pair.other_id for pair in pairs]
    told = records_told(object_type, others, user) if others else {}
    return [told[pk] for pk in others if pk in told]


def duplicates_panel(record: Any, user: User) -> dict[str, Any] | None:
    """The panel of a record that may be there twice."""
    told = possible_duplicates(record, user) if may_have_pairs(record) else []
    if not told:
        return None
    ids = [record.pk, *(each.record.pk for each in told)]
    return {"told": told, "merge_url": merge_address(record._meta.label_lower, ids)}
