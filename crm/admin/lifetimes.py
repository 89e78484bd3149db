"""What contacts and companies bought and will probably buy, in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from crm.models import CompanyLifetime, ContactLifetime


@admin.register(ContactLifetime)
class ContactLifetimeAdmin(PanelAdmin):
    group = "understand"
    icon = "payments"
    list_display: ClassVar[Any] = (
        "contact",
        "purchases",
        "last_on",
        "total",
        "alive",
        "value",
        "at_risk",
        "as_of",
    )
    list_filter: ClassVar[Any] = ("risk_by",)
    joined: ClassVar[Any] = ("contact", "version")
    has_name = False


@admin.register(CompanyLifetime)
class CompanyLifetimeAdmin(PanelAdmin):
    group = "understand"
    icon = "payments"
    list_display: ClassVar[Any] = (
        "company",
        "buyers",
        "last_on",
        "total",
        "value",
        "at_risk",
        "segment",
        "as_of",
    )
    joined: ClassVar[Any] = ("company", "segment", "run")
    has_name = False
