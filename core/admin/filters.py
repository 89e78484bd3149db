"""Filters over small sets of choices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.registries import record_types


class BinFilter(admin.SimpleListFilter):
    """Records in use, unless the bin is asked for."""

    title = _("Bin")
    parameter_name = "bin"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("In the bin")), ("all", _("All of them"))]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return rows
        return rows.filter(deleted_at__isnull=self.value() != "yes")

    def choices(self, changelist: Any) -> Any:
        """Django's "All" stands for what is shown without a choice: here, the records in use."""
        for choice in super().choices(changelist):
            is_default = choice["display"] == _("All")
            yield choice | {"display": _("In use")} if is_default else choice


class RecordTypeFilter(admin.SimpleListFilter):
    """Rows about records of one type."""

    title = _("Record type")
    parameter_name = "object_type"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.key, kind.plural) for kind in record_types]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(object_type=self.value()) if self.value() else rows
