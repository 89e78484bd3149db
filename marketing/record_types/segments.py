"""Segments as people know them, and the field by which contacts are asked for them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import ArchiveTable, RecordType
from core.registries.records import Field, Searched

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
