"""Records with an owner: written by the service of their page, deleted into the bin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.admin.base import PanelAdmin
from core.admin.filters import BinFilter
from core.records.declaration import record_pages
from core.services.records import delete_records, restore_records

KEPT_BY_US = ("custom", "created_at", "updated_at", "deleted_at")


class RecordAdmin(PanelAdmin):
    """Every write goes the way of the product's own pages: trail, search index, rules of the type."""

    group = "sell"
    may_add = True
    may_edit = True
    may_delete = True
    # Many-to-many links are changed on the record's page.
    hidden: ClassVar[Any] = ("tags",)
    readonly_fields: ClassVar[Any] = KEPT_BY_US
    list_filter: ClassVar[Any] = (BinFilter,)
    list_before_template = change_form_outer_before_template = ""
    delete_confirmation_template = "core/panel/delete.html"
    actions: ClassVar[Any] = ("move_to_bin", "restore")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the bin as well; the list filters them out until they are asked for."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows

    def save_model(self, request: HttpRequest, row: Any, _form: Any, _is_change: Any) -> None:
        by = permissions.user_of(request)
        record_pages[self.opts.label_lower].save(row, by, timezone.now())

    def delete_model(self, request: HttpRequest, row: Any) -> None:
        self.delete_queryset(request, self.model._base_manager.filter(pk=row.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by = permissions.user_of(request)
        delete_records(rows=queryset, by=by, at=timezone.now())

    @admin.action(description=_("Move to the bin"))
    def move_to_bin(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        chosen = [row.pk for row in self.few(request, rows)]
        if chosen:
            self.delete_queryset(request, self.model._base_manager.filter(pk__in=chosen))
            self.tell(request, len(chosen))

    @admin.action(description=_("Restore from the bin"))
    def restore(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        chosen = [row.pk for row in self.few(request, rows)]
        if chosen:
            by, found = permissions.user_of(request), self.model._base_manager.filter(pk__in=chosen)
            restore_records(rows=found, by=by, at=timezone.now())
            self.tell(request, len(chosen))
