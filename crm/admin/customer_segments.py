"""Segments of customers in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from crm.models import ContactSegment, CustomerSegment


@admin.register(CustomerSegment)
class CustomerSegmentAdmin(PanelAdmin):
    group = "understand"
    icon = "groups"
    is_small = True
    changed_in, changed_at = "customer_segments", ("customer_segment_detail", "pk")
    list_display: ClassVar[Any] = ("__str__", "size", "value", "is_current", "version", "named_by")
    list_filter: ClassVar[Any] = ("is_current",)
    words: ClassVar[Any] = ("name",)
    joined: ClassVar[Any] = ("version", "named_by")


@admin.register(ContactSegment)
class ContactSegmentAdmin(PanelAdmin):
    group = "understand"
    icon = "group_work"
    list_display: ClassVar[Any] = ("contact", "segment", "probability", "cell", "version", "as_of")
    list_filter: ClassVar[Any] = ("cell", "is_newcomer")
    joined: ClassVar[Any] = ("contact", "segment", "version")
    has_name = False
