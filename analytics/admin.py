"""The models of analytics in the admin panel."""

from typing import Any, ClassVar

from django.contrib import admin

from analytics.models import FileTrial
from core.admin.base import PanelAdmin


@admin.register(FileTrial)
class FileTrialAdmin(PanelAdmin):
    group = "understand"
    icon = "experiment"
    changed_in, changed_at = "trial_list", ("trial_detail", "pk")
    list_display: ClassVar[Any] = ("file_name", "target", "rows", "run", "created_by", "created_at")
    joined: ClassVar[Any] = ("run", "created_by")
    numbers: ClassVar[Any] = ("pk", "created_by_id")
