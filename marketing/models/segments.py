"""Segments: contacts that belong together by a rule or by choice, who is in them, how many there were."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Hue, Sharing
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.registries import record_types
from core.text import comparable
from crm.models import Contact
from marketing.choices import SegmentKind

if TYPE_CHECKING:
    from core.models import User

# Between and around the names in the columns that hold several.
MARK = "|"


def marked(names: Any) -> str:
    """Names in one text, so that the database finds each of them.

    >>> marked(["crm.contact.email", "crm.company.view"])
    '|crm.company.view|crm.contact.email|'
    """
    found = sorted(map(str, names))
    return MARK + MARK.join(found) + MARK if found else ""


def names_in(text: str) -> list[str]:
    """What `marked` put together.

    >>> names_in("|a|b|")
    ['a', 'b']
    """
    return [name for name in text.split(MARK) if name]


class SegmentQuerySet(OwnedQuerySet["Segment"]):
    def for_list(self) -> "SegmentQuerySet":
        return self.select_related("owner", "team")

    def at_work(self) -> "SegmentQuerySet":
        """Those whose members are kept up to date by their condition."""
        rows = self.filter(kind=SegmentKind.DYNAMIC, archived_at=None, deleted_at=None)
        return rows.select_related("owner").order_by("pk")


class Segment(OwnedRecord):
    """Contacts that meet a condition (dynamic), or that somebody has chosen (a list).

    `reads`, `causes` and `uses` are made of the condition when it is written: the fields and rights that it
    takes to see it, the ways to a contact from records whose changes matter, and the segments it asks for.
    """

    READ_BY_NAME = (*OwnedRecord.READ_BY_NAME, "sharing", "reads", "hue", "archived_at")

    name = models.CharField(pgettext_lazy("segment", "name"), max_length=120)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    kind = models.CharField(
        pgettext_lazy("segment", "type"),
        max_length=8,
        choices=SegmentKind,
        default=SegmentKind.DYNAMIC,
    )
    description = models.TextField(_("description"), blank=True)
    hue = models.CharField(_("colour"), max_length=6, choices=Hue, blank=True, default="")
    sharing = models.CharField(_("for"), max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    # A condition's JSON form; see core.conditions. Empty for a list.
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    # Raised with each change of what is asked, or by whom: a run that began before does not write.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    reads = models.TextField(_("what it takes to see it"), blank=True, editable=False)
    causes = models.TextField(_("records that it depends on"), blank=True, editable=False)
    uses = models.TextField(_("segments that it asks for"), blank=True, editable=False)
    size = models.PositiveIntegerField(_("members"), default=0, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    contacts: "models.ManyToManyField[Contact, SegmentMember]" = models.ManyToManyField(
        Contact, through="SegmentMember", related_name="segments", verbose_name=_("members")
    )

    objects: ClassVar[Any] = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        indexes = [
            bin_index("marketing_segment_bin"),
            models.Index(fields=["name_key", "id"], name="marketing_segment_name"),
            models.Index(fields=["size", "id"], name="marketing_segment_size"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segment_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("marketing.segment.name"):
            return self.name
        return gettext("Segment %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)

    @property
    def is_dynamic(self) -> bool:
        return self.kind == SegmentKind.DYNAMIC

    @property
    def is_at_work(self) -> bool:
        return self.is_dynamic and self.archived_at is None and self.deleted_at is None

    @property
    def used_segments(self) -> list[int]:
        return [int(pk) for pk in names_in(self.uses)]

    # -- who sees it -----------------------------------------------------------------------------

    @classmethod
    def shared_with(cls, user: "User", prefix: str = "") -> Q:
        """Those for everybody, and those for one's team; as with saved views."""
        shared = Q(**{f"{prefix}sharing": Sharing.ALL})
        if user.team_id is not None:
            shared |= Q(**{f"{prefix}sharing": Sharing.TEAM, f"{prefix}team": user.team_id})
        return shared

    def is_shared_with(self, user: "User") -> bool:
        if self.sharing == Sharing.TEAM:
            return self.team_id is not None and self.team_id == user.team_id
        return self.sharing == Sharing.ALL

    @classmethod
    def withheld_from(cls, access: Access, prefix: str = "") -> Q | None:
        """A condition tells of what it asks for: who does not see that sees no segment by it either."""
        found = Q()
        for name in _unseen(access):
            found |= Q(**{f"{prefix}reads__contains": f"{MARK}{name}{MARK}"})
        return found or None

    def is_withheld_from(self, access: Access) -> bool:
        return bool(self.reads) and not _unseen(access).isdisjoint(names_in(self.reads))


def _unseen(access: Access) -> set[str]:
    """The fields that are hidden, and the rights to see records that are not granted."""
    if access.is_administrator:
        return set()
    rights = {f"{kind.key}.view" for kind in record_types}
    return {*access.hidden_fields, *(right for right in rights if not access.may(right))}


class SegmentMember(models.Model):
    """A contact in a segment, now. Who left is counted in `SegmentSize`, not kept."""

    segment = models.ForeignKey(
        Segment,
        verbose_name=_("segment"),
        on_delete=models.CASCADE,
        related_name="members",
        db_index=False,  # the constraint and the index of the newest begin with it
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="segment_memberships",
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment", "contact"], name="marketing_member_once")
        ]
        indexes = [models.Index(fields=["segment", "-id"], name="marketing_member_newest")]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.contact_id}"


class SegmentSize(models.Model):
    """How many members a segment had at the end of a day, and how many came and went on it."""

    segment = models.ForeignKey(
        Segment,
        verbose_name=_("segment"),
        on_delete=models.CASCADE,
        related_name="sizes",
        db_index=False,
    )
    day = models.DateField(_("day"))
    size = models.PositiveIntegerField(_("members"))
    joined = models.PositiveIntegerField(_("joined"), default=0)
    left = models.PositiveIntegerField(pgettext_lazy("segment", "left"), default=0)

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment", "day"], name="marketing_size_once")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.day}"


class StaleMembership(models.Model):
    """A contact of which something has changed; done when its segments were asked again.

    What was done stays until the next run over all contacts has ended: a run that had read the contact
    before does not write what it found.
    """

    contact_number = models.BigIntegerField(_("contact"), primary_key=True)
    since = models.DateTimeField(_("since"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact with stale segments")
        verbose_name_plural = _("contacts with stale segments")
        indexes = [
            models.Index(
                fields=["since"], name="marketing_stale_since", condition=Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
