"""Stages of the lifecycle and who stands in them, in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from core.admin.base import PanelAdmin
from crm.models import CompanyLife, ContactLife, LifeStage, LifeStay, StaleLife


@admin.register(LifeStage)
class LifeStageAdmin(PanelAdmin):
    group = "understand"
    icon = "route"
    is_small = True
    changed_in, changed_at = "life_stage_list", ("life_stage_edit", "pk")
    list_display: ClassVar[Any] = ("__str__", "role", "margin", "cost", "is_enabled", "position")
    list_filter: ClassVar[Any] = ("role", "is_enabled")


class LifeAdmin(PanelAdmin):
    group = "understand"
    icon = "timeline"
    has_name = False
    list_filter: ClassVar[Any] = ("action",)


@admin.register(ContactLife)
class ContactLifeAdmin(LifeAdmin):
    list_display: ClassVar[Any] = ("contact", "stage", "since", "score", "action", "gain")
    joined: ClassVar[Any] = ("contact", "stage")


@admin.register(CompanyLife)
class CompanyLifeAdmin(LifeAdmin):
    list_display: ClassVar[Any] = ("company", "stage", "since", "score", "action", "gain")
    joined: ClassVar[Any] = ("company", "stage")


@admin.register(LifeStay)
class LifeStayAdmin(PanelAdmin):
    group = "understand"
    icon = "timeline"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "stage", "since", "until", "cause")
    joined: ClassVar[Any] = ("contact", "stage")


@admin.register(StaleLife)
class StaleLifeAdmin(PanelAdmin):
    group = "understand"
    icon = "update"
    has_name = False
    list_display: ClassVar[Any] = ("contact", "since")
    joined: ClassVar[Any] = ("contact",)
