"""The models of analytics in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from analytics.models import ComparedGroup, LeadFieldDecision
from core.admin.base import PanelAdmin


@admin.register(LeadFieldDecision)
class LeadFieldDecisionAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    is_small = True
    changed_in = "lead_score_model"
    list_display: ClassVar[Any] = ("field", "known_when", "decided_by", "decided_at")
    list_filter: ClassVar[Any] = ("known_when",)


@admin.register(ComparedGroup)
class ComparedGroupAdmin(PanelAdmin):
    group = "understand"
    icon = "balance"
    is_small = True
    changed_in = "lead_score_groups"
    list_display: ClassVar[Any] = ("field", "named_by", "named_at")
