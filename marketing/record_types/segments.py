"""Segments as people know them, and the field by which contacts are asked for them."""

from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import permissions
from core.choices import FieldType
from core.registries import ArchiveTable, RecordType
from core.registries.records import Behaviour, Choices, Field, Searched

SEGMENT = RecordType(
    "marketing.segment",
    _("Segment"),
    _("Segments"),
    "category",
    "segment_detail",
    "segment_list",
    (
        Field("name", pgettext_lazy("segment", "Name"), compared="name_key", is_required=True),
        Field("kind", pgettext_lazy("segment", "Type"), FieldType.CHOICE, is_editable=False),
        Field("description", _("Description"), FieldType.LONG_TEXT),
        Field("hue", _("Colour"), FieldType.CHOICE, has_place=False),
        Field("sharing", _("For"), FieldType.CHOICE),
        Field("size", _("Members"), FieldType.NUMBER, is_editable=False, has_place=False),
        Field("checked", _("Checked"), FieldType.MOMENT, path="checked_at", is_editable=False),
        Field("archived", _("Archived"), FieldType.MOMENT, path="archived_at", is_editable=False),
        Field("tags", _("Tags"), FieldType.TAGS),
        Field("owner", _("Owner"), FieldType.USER, order="owner__name", is_editable=False),
        Field("created", _("Created"), FieldType.MOMENT, path="created_at", is_editable=False),
    ),
    searched=Searched({"name": ["name"]}, summary=["kind"]),
    slug="segments",
)

IN_SEGMENTS = Field(
    "segments",
    _("Segments"),
    FieldType.LINKS,
    target="marketing.segment",
    is_editable=False,
    has_place=False,
)


def _seen_segments(user: Any) -> Choices:
    """Those that are kept and that the user sees, by name."""
    rows = permissions.visible_rows(apps.get_model("marketing.Segment"), user)
    rows = rows.order_by("name_key", "pk")
    access = permissions.access_of(user)
    return [(str(row.pk), row.name_for(access)) for row in rows]


def _seen_members(user: Any) -> Q:
    """Only contacts and segments that the user sees count."""
    contacts, segments = (apps.get_model(f"{key}") for key in ("crm.Contact", "marketing.Segment"))
    found = permissions.related_row_condition(contacts, user, "contact")
    return found & permissions.related_row_condition(segments, user, "segment")


# Of a company: people of it who are in a segment.
PEOPLE_IN_SEGMENT = Behaviour(
    "people_in_segment",
    _("Contact in a segment"),
    "marketing.SegmentMember",
    link="contact__company",
    at="since",
    kind="segment",
    permission="marketing.segment.view",
    rule="crm.contact.segments",
    is_told=False,
    kinds_for=_seen_segments,
    seen=_seen_members,
)

ARCHIVE_TABLES = (
    ArchiveTable(
        "segments",
        "marketing.Segment",
        ("name_key",),
        ("tags",),
        order=30,
    ),
    ArchiveTable("segment_members", "marketing.SegmentMember", order=30),
    ArchiveTable("segment_sizes", "marketing.SegmentSize", order=30),
)
