"""What the company has set up: read here, changed in the settings."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.admin.base import PanelAdmin
from core.admin.filters import RecordTypeFilter
from core.models import (
    CustomField,
    ExchangeRate,
    Installation,
    RecordLayout,
    SampleData,
    SavedView,
    Tag,
    ViewFavourite,
)
from core.services.currencies import delete_rate, save_rate
from core.tasks import wake


class CompanyAdmin(PanelAdmin):
    group = "company"
    is_small = True


@admin.register(Installation)
class InstallationAdmin(CompanyAdmin):
    changed_in = "company_settings"
    icon = "apartment"
    list_display: ClassVar[Any] = ("name", "base_currency")
    words: ClassVar[Any] = ("name__icontains",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(CompanyAdmin):
    """The service reckons amounts anew, in a job where there are many."""

    icon = "currency_exchange"
    list_display: ClassVar[Any] = ("currency", "valid_from", "rate")
    words: ClassVar[Any] = ("currency__iexact",)
    may_add = may_edit = may_delete = True

    def save_model(self, request: HttpRequest, row: Any, _form: Any, _is_change: Any) -> None:
        by = permissions.user_of(request)
        for run in save_rate(rate=row, by=by, at=timezone.now()):
            wake(run.pk)

    def delete_model(self, request: HttpRequest, row: Any) -> None:
        by = permissions.user_of(request)
        for run in delete_rate(rate=row, by=by, at=timezone.now()):
            wake(run.pk)


@admin.register(CustomField)
class CustomFieldAdmin(CompanyAdmin):
    changed_in, changed_at = "custom_field_list", ("custom_field_edit", "pk")
    icon = "edit_note"
    list_display: ClassVar[Any] = ("label", "record_type", "key", "type", "is_archived")
    list_filter: ClassVar[Any] = (RecordTypeFilter, "type", "is_archived")
    words: ClassVar[Any] = ("label__icontains", "key__icontains")


@admin.register(RecordLayout)
class RecordLayoutAdmin(CompanyAdmin):
    icon = "view_quilt"
    changed_in = "layout_list"
    list_display: ClassVar[Any] = ("record_type",)

    def name_of(self, row: Any) -> str:
        return self.record_type(row)


@admin.register(Tag)
class TagAdmin(PanelAdmin):
    group = "company"
    changed_in, changed_at = "tag_list", ("tag_edit", "pk")
    icon = "sell"
    list_display: ClassVar[Any] = ("name", "created_at")
    words: ClassVar[Any] = ("name_key__icontains",)


@admin.register(SavedView)
class SavedViewAdmin(CompanyAdmin):
    icon = "view_list"
    said_as: ClassVar[Any] = {**PanelAdmin.said_as, "name": "called"}
    list_display: ClassVar[Any] = ("called", "record_type", "owner", "sharing", "updated_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter, "sharing")
    words: ClassVar[Any] = ("name__icontains",)

    @admin.display(description=_("name"), ordering="name")
    def called(self, view: SavedView) -> str:
        return view.label


@admin.register(ViewFavourite)
class ViewFavouriteAdmin(CompanyAdmin):
    icon = "star"
    list_display: ClassVar[Any] = ("view", "user", "position")
    words: ClassVar[Any] = ("view__name__icontains",)
    has_name = False


@admin.register(SampleData)
class SampleDataAdmin(CompanyAdmin):
    icon = "science"
    list_display: ClassVar[Any] = ("day", "loaded_at")
