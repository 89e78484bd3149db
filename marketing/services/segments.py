"""Segments: written, duplicated, put away; their members asked for."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import Sharing
from core.conditions import asks_who_asks, leaves
from core.errors import Refused
from core.jobs.questions import ask
from core.models import JobRun, User
from core.services.records import save_record
from crm.models import Contact
from marketing.choices import SegmentKind
from marketing.models import Segment, SegmentMember
from marketing.models.segments import MARK
from marketing.queries.segment_rules import asked_of, describe, view_of
from marketing.services.memberships import move, take_turn
from marketing.services.stale_memberships import KIND

ASKED_ANEW = frozenset({"condition", "owner", "archived_at", "deleted_at"})


# -- writing ---------------------------------------------------------------------------------------


@transaction.atomic
def save_segment(*, segment: Segment, by: User, at: datetime) -> Segment:
    """Make or change a segment; the members of a dynamic one are asked for."""
    is_new = not segment.pk
    permissions.require(by, f"marketing.segment.{'create' if is_new else 'edit'}")
    if not is_new and not permissions.reaches(Segment, by, segment, "edit"):
        raise Refused(_("You may not change this segment. Ask whoever owns it."))
    segment.name = " ".join(segment.name.split())[:120]
    if not segment.name:
        raise Refused(_("Give the segment a name."))
    _check_sharing(segment, by)
    _check_condition(segment, by, at)
    _keep_counts(segment)
    save_record(record=segment, by=by)
    _describe_users(segment, at)
    return segment


def _keep_counts(segment: Segment) -> None:
    """What members and runs have written since it was read is not written over."""
    if segment.pk:
        take_turn()
        segment.refresh_from_db(fields=["size", "checked_at", "version"])


def keep_segment(segment: Segment, by: User, at: datetime) -> Segment:
    """The same as record pages and rows call it."""
    return save_segment(segment=segment, by=by, at=at)


def _check_sharing(segment: Segment, by: User) -> None:
    if segment.sharing not in Sharing.values:
        raise Refused(_("Say who has the segment."))
    team = segment.team_id if segment.owner_id else by.team_id
    if segment.sharing == Sharing.TEAM and team is None:
        raise Refused(_("The owner is in no team, so the segment can be for one or for everybody."))


def _check_condition(segment: Segment, by: User, at: datetime) -> None:
    """Bring the condition into its stored form, checked in the eyes of both who writes and who owns."""
    if not segment.is_dynamic:
        segment.condition, segment.reads, segment.causes, segment.uses = {}, "", "", ""
        return
    view = view_of(by, at)
    condition = asked_of(segment, view)
    if not any(True for _leaf in leaves(condition)):
        raise Refused(_("Say which contacts are meant: add a line to the condition."))
    if asks_who_asks(condition):
        raise Refused(_("A segment is the same for everybody: choose people instead of “me”."))
    if segment.owner is not None and segment.owner != by:
        asked_of(segment, view_of(segment.owner, at))
    segment.condition = condition.as_json()
    describe(segment, condition, view)
    _refuse_circle(segment)


def _refuse_circle(segment: Segment) -> None:
    """No segment asks for itself, not by way of others either."""
    if not segment.pk:
        return
    open_ends, seen = set(segment.used_segments), set()
    while open_ends:
        if segment.pk in open_ends:
            raise Refused(
                _("The condition asks for this segment itself, directly or by way of another one.")
            )
        seen |= open_ends
        rows = Segment.objects.filter(pk__in=open_ends)
        open_ends = {pk for row in rows for pk in row.used_segments} - seen


def _describe_users(segment: Segment, at: datetime) -> None:
    """What this one takes to be seen, those take that ask for it."""
    rows = Segment.objects.select_related("owner").filter(
        uses__contains=f"{MARK}{segment.pk}{MARK}"
    )
    for user_of in rows:
        before = user_of.reads
        _describe(user_of, at)
        if user_of.reads != before:
            _describe_users(user_of, at)


def _describe(segment: Segment, at: datetime) -> None:
    if segment.owner is None:
        return
    view = view_of(segment.owner, at)
    try:
        describe(segment, asked_of(segment, view), view)
    except Refused:
        return  # its owner may no longer ask that; it stays as hidden as it was
    Segment.objects.filter(pk=segment.pk).update(
        reads=segment.reads, causes=segment.causes, uses=segment.uses
    )


@transaction.atomic
def duplicate_segment(*, segment: Segment, by: User, at: datetime) -> Segment:
    """A private copy of one's own; a list takes along the members that one sees."""
    name = _("Copy of %(name)s") % {"name": segment.name}
    copy = Segment(
        name=name[:120],
        kind=segment.kind,
        description=segment.description,
        hue=segment.hue,
        condition=segment.condition,
    )
    save_segment(segment=copy, by=by, at=at)
    if not copy.is_dynamic:
        seen = Contact.objects.visible_to(by).filter(segments=segment)
        take_turn()
        move(segment=copy, joined=set(seen.values_list("pk", flat=True)), left=set(), at=at)
        copy.refresh_from_db(fields=["size"])
    return copy


@transaction.atomic
def archive_segment(*, segment: Segment, is_archived: bool, by: User, at: datetime) -> None:
    """Put it away: its members stay as they are, and no condition is asked. Or bring it back."""
    if not permissions.reaches(Segment, by, segment, "edit"):
        raise Refused(_("You may not change this segment. Ask whoever owns it."))
    if is_archived == (segment.archived_at is not None):
        return
    segment.archived_at = at if is_archived else None
    _keep_counts(segment)
    save_record(record=segment, by=by)


# -- members ---------------------------------------------------------------------------------------


def ask_for_members(segment: Segment, *, at: datetime, by: User | None = None) -> JobRun:
    """The run that finds out who meets the condition, as it is now."""
    scope = {"segment": segment.pk, "version": segment.version}
    return ask(kind=KIND, as_of=at, scope=scope, requested_by=by)


@transaction.atomic
def reconcile_segment(*, segment: Segment, by: User, at: datetime) -> JobRun:
    """Ask all contacts now, because somebody wants it."""
    permissions.require(by, "marketing.segment.edit")
    if not segment.is_at_work:
        raise Refused(_("Only a dynamic segment that is not archived is kept by its condition."))
    run = ask_for_members(segment, at=at, by=by)
    audit.record(actor=by, action="job.start", run=run)
    return run


def note_new(ids: Collection[int], by: Any, at: datetime) -> None:
    """New segments, whoever made them: dynamic ones are described and filled."""
    for segment in Segment.objects.at_work().filter(pk__in=ids):
        _describe(segment, at)
        ask_for_members(segment, at=at)


def note_changed(changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Segments of which something else is asked, or in the eyes of somebody else."""
    ids = [pk for pk, changed in changes.items() if ASKED_ANEW & _columns(changed)]
    for segment in Segment.objects.at_work().filter(pk__in=ids):
        segment.version += 1
        Segment.objects.filter(pk=segment.pk).update(version=segment.version)
        ask_for_members(segment, at=timezone.now())


def _columns(changed: Mapping[str, Any]) -> set[str]:
    return {name.removesuffix("_id") for name in changed}


def lists_for(by: User) -> Any:
    """The lists that a user may fill."""
    rows = Segment.objects.visible_to(by, "edit").filter(kind=SegmentKind.STATIC, archived_at=None)
    return rows.order_by("name_key", "pk")


def is_member(segment: Segment, contact: int) -> bool:
    return SegmentMember.objects.filter(segment=segment, contact=contact).exists()
