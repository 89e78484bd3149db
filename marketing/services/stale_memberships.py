"""Noting contacts whose segments have to be asked again, in the transaction of what changes them."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.jobs.questions import ask
from core.models import JobRun
from core.registries import record_types
from core.upsert import upsert
from crm.models import Contact
from marketing.models import Segment, StaleMembership
from marketing.models.segments import MARK, names_in

KIND = "marketing.segments"
CONTACT, INTERACTION = "crm.contact", "crm.interaction"
TYPES = frozenset({CONTACT, INTERACTION, "crm.company", "crm.activity"})
# More than so many are left to a run over all contacts.
MOST_NOTED = 20_000


def note_stale(object_type: str, ids: Collection[int]) -> None:
    """Remember the contacts behind written records; nothing where no segment asks for such."""
    causes = list(Segment.objects.at_work().values_list("causes", flat=True))
    if not causes:
        return
    wanted = {cause for text in causes for cause in names_in(text)}
    found = set(ids) if object_type == CONTACT else set()
    for cause in wanted:
        kind, _colon, way = cause.partition(":")
        if kind == object_type:
            found |= _behind(kind, way, ids)
    _note(found)


def note_contacts(contacts: Collection[int], *, of: Segment) -> None:
    """Remember contacts that came into a segment or left it, where others ask for that one."""
    if Segment.objects.at_work().filter(uses__contains=f"{MARK}{of.pk}{MARK}").exists():
        _note(set(contacts))


def note_results(contacts: Collection[int], rules: Collection[str]) -> None:
    """Remember contacts of whom something new is said, where a segment asks for fields under these rules."""
    if _asking_for(rules).exists():
        _note(set(contacts))


def ask_after(run: JobRun, rules: Collection[str], *, at: datetime) -> JobRun | None:
    """Ask the segments that read what a run has said anew of everybody: one run, if there are any."""
    if not _asking_for(rules).exists():
        return None
    # Named after the run, so that one that is at work and has read too early does not answer for it.
    return ask(kind=KIND, as_of=at, scope={"reads": sorted(rules), "after": run.pk})


def _asking_for(rules: Collection[str]) -> QuerySet[Segment]:
    rows: QuerySet[Segment] = Segment.objects.at_work().filter(reading(rules))
    return rows


def reading(rules: Collection[str]) -> Q:
    """Segments whose condition takes a field under one of these rules."""
    return reduce(or_, (Q(reads__contains=f"{MARK}{rule}{MARK}") for rule in rules))


def _behind(kind: str, way: str, ids: Collection[int]) -> set[int]:
    """The contacts that hang on these records, or that these hang on."""
    if kind == INTERACTION:
        return set(ids)  # told by the contacts of the interactions
    if way.startswith("<"):
        link, rows = way[1:], record_types[kind].model._base_manager.filter(pk__in=ids)
        return set(rows.exclude(**{link: None}).values_list(link, flat=True))
    rows = Contact._base_manager.filter(**{f"{way}__in": ids})
    return set(rows.values_list("pk", flat=True)[: MOST_NOTED + 1])


def _note(contacts: set[int]) -> None:
    now = timezone.now()
    if len(contacts) > MOST_NOTED:
        ask(kind=KIND, as_of=now)
    elif contacts:
        upsert(
            StaleMembership,
            ((pk, now, None) for pk in sorted(contacts)),
            fields=("contact_number", "since", "done_at"),
            key=("contact_number",),
        )
