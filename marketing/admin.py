"""Marketing in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from core.admin.filters import BinFilter
from core.admin.records import KEPT_BY_US, RecordAdmin
from marketing.models import Segment, SegmentMember, SegmentSize, StaleMembership


@admin.register(Segment)
class SegmentAdmin(RecordAdmin):
    """The condition is written in the product, which checks it."""

    icon = "category"
    group = "market"
    may_add = False
    list_display: ClassVar[Any] = ("name", "kind", "size", "owner", "team", "created_at")
    list_filter: ClassVar[Any] = (BinFilter, "kind", "sharing")
    exclude: ClassVar[Any] = ("contacts",)
    readonly_fields: ClassVar[Any] = (
        *KEPT_BY_US,
        "kind",
        "condition",
        "sharing",
        "size",
        "checked_at",
        "archived_at",
    )


@admin.register(SegmentMember)
class SegmentMemberAdmin(PanelAdmin):
    group = "market"
    icon = "group"
    has_name = False
    list_display: ClassVar[Any] = ("segment", "contact", "since")
    joined: ClassVar[Any] = ("segment", "contact")


@admin.register(SegmentSize)
class SegmentSizeAdmin(PanelAdmin):
    group = "market"
    icon = "show_chart"
    has_name = False
    list_display: ClassVar[Any] = ("segment", "day", "size", "joined", "left")
    joined: ClassVar[Any] = ("segment",)


@admin.register(StaleMembership)
class StaleMembershipAdmin(PanelAdmin):
    group = "market"
    icon = "hourglass_top"
    has_name = False
    list_display: ClassVar[Any] = ("contact_number", "since", "done_at")
