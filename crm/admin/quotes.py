"""Quotes, and the target of the response time, in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from crm.admin.records import PartAdmin, SettingAdmin
from crm.models import Quote, QuoteLine, QuoteSequence, ResponseTarget


@admin.register(Quote)
class QuoteAdmin(PartAdmin):
    icon = "request_quote"
    list_display: ClassVar[Any] = ("__str__", "deal", "status", "total", "currency", "issued_on")
    list_filter: ClassVar[Any] = ("status",)
    joined: ClassVar[Any] = ("deal",)
    numbers: ClassVar[Any] = ("pk", "deal_id")


@admin.register(QuoteLine)
class QuoteLineAdmin(PartAdmin):
    icon = "receipt"
    list_display: ClassVar[Any] = ("quote", "name", "quantity", "unit_price", "total")
    joined: ClassVar[Any] = ("quote",)
    numbers: ClassVar[Any] = ("pk", "quote_id")


@admin.register(ResponseTarget)
class ResponseTargetAdmin(SettingAdmin):
    changed_in = "response_target"
    icon = "hourglass_top"
    has_name = False
    list_display: ClassVar[Any] = ("hours", "days", "opens_at", "closes_at")


@admin.register(QuoteSequence)
class QuoteSequenceAdmin(SettingAdmin):
    icon = "pin"
    has_name = False
    list_display: ClassVar[Any] = ("year", "last")
