"""What segments ask of contacts: in whose eyes, what that takes, in which order, and of whom it holds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.choices import FieldType
from core.conditions import (
    Condition,
    Criterion,
    Happened,
    Happenings,
    Viewpoint,
    checked,
    from_json,
    leaves,
    meets,
    to_q,
)
from core.conditions.fields import ResolvedField, resolve
from core.custom_names import CUSTOM
from core.errors import Refused
from core.models import User
from core.registries import RecordType, record_types
from crm.models import Contact
from marketing.models import Segment
from marketing.models.segments import marked

CONTACT, SEGMENTS = "crm.contact", "segments"
# So few contacts are asked one by one, which plans no statement for each segment.
FEW = 3


def contact_type() -> RecordType:
    return record_types[CONTACT]


# -- what a condition takes ----------------------------------------------------------------------


def reads_of(condition: Condition, view: Viewpoint) -> set[str]:
    """The full names of fields, and the rights to see records, that it takes to see what is asked."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, Happened):
            behaviour = contact_type().behaviour[leaf.behaviour]
            found |= set(filter(None, (behaviour.rule, behaviour.permission)))
        else:
            found |= set(_reads_of_field(contact_type(), leaf.field, view))
    return found


def _reads_of_field(kind: RecordType, name: str, view: Viewpoint) -> Iterator[str]:
    first, _dot, rest = name.partition(".")
    if first == CUSTOM:
        yield view.custom_fields[kind.key][rest].name
        return
    field = kind.field[first]
    yield kind.rule_of(field)
    if field.via:
        yield from _reads_of_field(kind, field.via, view)
    elif rest:
        yield f"{field.target}.view"
        yield from _reads_of_field(record_types[field.target], rest, view)


def causes_of(condition: Condition, view: Viewpoint) -> set[str]:
    """Records whose changes matter: `crm.company:company` by the way from a contact to them,
    `crm.activity:<contact` by the way from them to a contact."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, Happened):
            behaviour = contact_type().behaviour[leaf.behaviour]
            found.add(f"{behaviour.model._meta.label_lower}:<{behaviour.link}")
        else:
            hops = resolve(contact_type(), leaf.field, view).hops
            found |= {f"{hop.record_type.key}:{hop.path}" for hop in hops}
    return found


def uses_of(condition: Condition) -> set[int]:
    """The segments that are asked for."""
    asked = (leaf for leaf in leaves(condition) if isinstance(leaf, Criterion))
    return {
        int(pk)
        for leaf in asked
        if leaf.field.rpartition(".")[2] == SEGMENTS and isinstance(leaf.value, list)
        for pk in leaf.value
    }


def describe(segment: Segment, condition: Condition, view: Viewpoint) -> None:
    """Fill the columns that follow the condition; what used segments take is taken, too."""
    uses = uses_of(condition)
    reads = reads_of(condition, view)
    for text in Segment.objects.filter(pk__in=uses).values_list("reads", flat=True):
        reads |= set(filter(None, text.split("|")))
    segment.reads, segment.uses = marked(reads), marked(uses)
    segment.causes = marked(causes_of(condition, view))


# -- asking ----------------------------------------------------------------------------------------


def view_of(user: User, at: datetime) -> Viewpoint:
    return Viewpoint(user, at.astimezone(ZoneInfo(user.time_zone)))


def asked_of(segment: Segment, view: Viewpoint) -> Condition:
    """What a dynamic segment asks; refuses what is gone, or hidden from whoever asks."""
    return checked(from_json(segment.condition), contact_type(), view)


@dataclass(frozen=True)
class Rule:
    """A segment with its condition in the eyes of its owner, at a moment."""

    segment: Segment
    condition: Condition
    view: Viewpoint

    @cached_property
    def fields(self) -> list[ResolvedField]:
        tests = (leaf for leaf in leaves(self.condition) if isinstance(leaf, Criterion))
        return [resolve(contact_type(), leaf.field, self.view) for leaf in tests]

    def rows(self, among: tuple[int, int] | None = None) -> QuerySet[Contact]:
        """The contacts that meet it, of those with numbers from one to another."""
        view = self.view if among is None else replace(self.view, among=among)
        rows: QuerySet[Contact] = Contact.objects.visible_to(view.user)
        if among is not None:
            rows = rows.filter(pk__range=among)
        return rows.filter(to_q(self.condition, contact_type(), view))

    def holds(self, contact: Contact, happenings: Happenings) -> bool:
        """Whether a contact at hand meets it: the same answer as the database gives."""
        is_seen = self.view.reaches(contact_type(), contact)
        return is_seen and meets(contact, self.condition, contact_type(), self.view, happenings)


def rule_of(segment: Segment, at: datetime, views: Mapping[int, Viewpoint] | None = None) -> Rule:
    """Refuses a segment of nobody, and one whose owner may no longer ask that."""
    owner = segment.owner
    if owner is None or not owner.is_active:
        raise Refused(
            _("The segment belongs to nobody who works here, so nobody's rights say who is in it.")
        )
    view = (views or {}).get(owner.pk) or view_of(owner, at)
    return Rule(segment, asked_of(segment, view), view)


def rules_of(segments: Collection[Segment], at: datetime) -> list[Rule]:
    """Those that can be asked; one owner's rights, and what is looked up in the owner's eyes, are read once."""
    owners = {segment.owner.pk: segment.owner for segment in segments if segment.owner is not None}
    views = {pk: view_of(owner, at) for pk, owner in owners.items()}
    found = []
    for segment in segments:
        try:
            found.append(rule_of(segment, at, views))
        except Refused:
            continue  # its page says why; its members stay as they are
    return found


def levels_of(segments: Collection[Segment]) -> list[list[Segment]]:
    """Segments that ask for others after these: each level needs those before it only."""
    by_pk = {segment.pk: segment for segment in segments}
    depths: dict[int, int] = {}

    def depth(pk: int) -> int:
        if pk not in depths:
            depths[pk] = 0  # a circle, which no service writes, ends here
            below = [depth(used) for used in by_pk[pk].used_segments if used in by_pk]
            depths[pk] = max(below, default=-1) + 1
        return depths[pk]

    levels: list[list[Segment]] = []
    for segment in segments:
        while len(levels) <= depth(segment.pk):
            levels.append([])
        levels[depth(segment.pk)].append(segment)
    return levels


def holding(rules: Collection[Rule], ids: Collection[int]) -> Mapping[int, set[int]]:
    """Of each segment the contacts among these that meet its condition."""
    if len(ids) > FEW:
        return {
            rule.segment.pk: set(rule.rows().filter(pk__in=ids).values_list("pk", flat=True))
            for rule in rules
        }
    contacts = [(it, Happenings(it, contact_type())) for it in _loaded(rules, ids)]
    return {
        rule.segment.pk: {it.pk for it, happened in contacts if rule.holds(it, happened)}
        for rule in rules
    }


def _loaded(rules: Collection[Rule], ids: Collection[int]) -> QuerySet[Contact]:
    """The contacts with all that the conditions read of them, so that these ask nothing more."""
    fields = [field for rule in rules for field in rule.fields]
    links = {hop.path for field in fields for hop in field.hops}
    several = {f.path for f in fields if f.type in (FieldType.TAGS, FieldType.LINKS)}
    links |= {f.path for f in fields if f.type == FieldType.LINK and not f.key}
    rows = Contact._base_manager.filter(pk__in=ids).select_related(*sorted(links))
    return rows.prefetch_related(*sorted(several))
