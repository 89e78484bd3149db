"""What every model is registered with: reading is free, writing goes through services."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Field, ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, checkbox

from core import permissions
from core.admin.naming import name_in_every_language
from core.admin.paging import BoundedPaginator, PanelList
from core.admin.searching import found_by, indexed_fields
from core.ids import id_in
from core.models import User
from core.queries.audit import type_label
from core.services.panel import save_row

PLACE = "the-number-of-the-row"
MOST_AT_ONCE = 500  # rows of one action; more of them are for the lists of the product


@functools.cache
def drawn_box(name: str, value: str, _language: str) -> str:
    """unfold's box; its name for screen readers is of the language it was drawn in."""
    drawn: str = checkbox.render(name, value)
    return drawn


def box(name: str, value: str) -> SafeString:
    return mark_safe(drawn_box(name, value, get_language() or ""))  # noqa: S308  # no text of anybody


class PanelAdmin(ModelAdmin):  # type: ignore[misc]  # unfold is untyped
    """A model in the panel: read-only, unless a subclass says which service writes it.

    `group` and `icon` are its place in the side bar, `hidden` what is never shown, `joined` what the
    columns read of other tables, `numbers` and `words` the lookups of the search box, `said_as` the
    columns that show a code's words. `changed_in` names the page of the product that changes these
    rows, `changed_at` the one of a single row and the attribute that it takes, for links.
    """

    group = "system"
    icon = "table_rows"
    hidden: ClassVar[Sequence[str]] = ()
    joined: ClassVar[Sequence[str]] = ()
    numbers: ClassVar[Sequence[str]] = ("pk",)
    words: ClassVar[Sequence[str]] = ()
    said_as: ClassVar[Mapping[str, str]] = {"object_type": "record_type"}
    changed_in = ""
    changed_at: tuple[str, str] | None = None
    has_name = True  # else its kind and number are its name
    is_small = False  # some hundred rows at most: every column can be sorted by
    may_add = False
    may_edit = False
    may_delete = False
    asks_for_password = False  # again, before anything is written

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 30
    list_max_show_all = 0
    list_disable_select_all = True
    list_fullwidth = True
    ordering: ClassVar[Sequence[str]] = ("-pk",)
    list_before_template = change_form_outer_before_template = "core/panel/note.html"
    save_on_top = False
    actions: ClassVar[Sequence[Any]] = ()

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        name_in_every_language(model)

    def name_of(self, row: Any) -> str:
        """What the head of the row's page says."""
        words = {"kind": capfirst(str(self.opts.verbose_name)), "number": row.pk}
        return str(row) if self.has_name else _("%(kind)s %(number)s") % words

    # -- who may what: core.permissions has let nobody in but administrators ----------------------

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """What is never shown is not asked for either: it could be guessed letter by letter."""
        if lookup.split("__", maxsplit=1)[0] in self.hidden:
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._enters(request)

    def _enters(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.has_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._enters(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._enters(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_edit and self._enters(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self._enters(request)

    # -- where the product changes what is only read here -----------------------------------------

    def note(self, row: Any = None) -> dict[str, Any]:
        """What stands above the rows: whether they are only read, and the link."""
        address = reverse(self.changed_in) if self.changed_in else ""
        if row is not None and self.changed_at:
            name, attribute = self.changed_at
            address = reverse(name, args=[getattr(row, attribute)])
        return {"is_only_read": not self.may_edit, "changed_at": address}

    # -- lists ------------------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        page: HttpResponseBase = super().changelist_view(
            request, {**(extra_context or {}), "note": self.note()}
        )
        return page

    def get_changelist(self, _request: HttpRequest, **_kwargs: Any) -> type[PanelList]:
        return PanelList

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """The links among the columns, and what their names are made of."""
        columns = self.get_list_display(request)
        links = [f.name for f in self.opts.concrete_fields if isinstance(f, ForeignKey)]
        return [*(name for name in links if name in columns), *self.joined]

    def get_sortable_by(self, request: HttpRequest) -> list[str]:
        columns = [str(name) for name in self.get_list_display(request)]
        if self.is_small:
            return columns
        indexed = indexed_fields(self.model)
        return [
            name for name in columns if name in indexed or self._order_of(name) in {*indexed, "pk"}
        ]

    @admin.display(description=gettext_lazy("record type"), ordering="object_type")
    def record_type(self, row: Any) -> str:
        """In place of `object_type`: the word that people know for it."""
        return type_label(row.object_type)

    def _order_of(self, column: str) -> str:
        return str(getattr(getattr(self, column, None), "admin_order_field", "")).removeprefix("-")

    def get_search_fields(self, _request: HttpRequest) -> Sequence[str]:
        """Not empty, so that there is a box; `get_search_results` says what it finds."""
        return [*self.numbers, *self.words]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip().replace("\0", "")
        if not text:
            return queryset, False
        user = permissions.user_of(request)
        found = found_by(text, self.model, user, numbers=self.numbers, words=self.words)
        return queryset.filter(found), False

    @admin.display(description=lazy(box, str)("action_toggle_all", "1"))
    def action_checkbox(self, obj: Any) -> SafeString:
        """unfold's, from its template once instead of once a row."""
        drawn = box(ACTION_CHECKBOX_NAME, PLACE).replace(PLACE, escape(obj.pk))
        return mark_safe(drawn)  # noqa: S308  # the value is escaped

    # -- forms ------------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What is only read is said in words, where there are any."""
        fields: list[str] = list(super().get_fields(request, obj))
        return fields if self.may_edit else [self.said_as.get(name, name) for name in fields]

    def get_exclude(self, _request: HttpRequest, _obj: Any = None) -> list[str]:
        return [*self.hidden]

    def get_autocomplete_fields(self, _request: HttpRequest) -> list[str]:
        """Every link: a menu of a million names is none."""
        return [
            field.name
            for field in (*self.opts.fields, *self.opts.many_to_many)
            if isinstance(field, ForeignKey | ManyToManyField) and self._is_in_panel(field)
        ]

    def _is_in_panel(self, field: "Field[Any, Any]") -> bool:
        return bool(self.admin_site.is_registered(field.related_model))

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The record's page in the product, without the detour over content types."""
        address = getattr(obj, "get_absolute_url", None)
        return address() if address else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        context["note"] = self.note(kwargs.get("obj"))
        page: HttpResponseBase = super().render_change_form(request, context, *args, **kwargs)
        return page

    # -- writing ----------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        self.ask_for_password(request)
        if request.method == "POST":
            self._drop_what_is_no_number(request)
        page: HttpResponseBase = super().changeform_view(
            request, object_id, form_url, extra_context
        )
        return page

    def _drop_what_is_no_number(self, request: HttpRequest) -> None:
        """Django shows a form again with the linked rows it was sent, and fails at silly numbers."""
        given = request.POST.copy()
        for name in self.get_autocomplete_fields(request):
            kept = [v for v in given.getlist(name) if not v or id_in(v) is not None]
            given.setlist(name, kept)
        request.POST = given  # type: ignore[assignment]  # a form does not mind

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        self.ask_for_password(request)
        page: HttpResponseBase = super().delete_view(request, object_id, extra_context)
        return page

    def ask_for_password(self, request: HttpRequest) -> None:
        """As the product does before it changes how somebody logs in."""
        if self.asks_for_password and request.method == "POST":
            raise_if_reauthentication_required(request, app="account")

    def save_model(self, request: HttpRequest, row: Any, _form: Any, _is_change: Any) -> None:
        save_row(row=row, by=permissions.user_of(request))

    def delete_model(self, _request: HttpRequest, _row: Any) -> None:
        raise NotImplementedError("An admin with may_delete says which service deletes.")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(
        self, rows: Any, _request: HttpRequest
    ) -> tuple[list[str], dict[Any, int], set[str], list[str]]:
        """The rows themselves; what hangs on them is not looked up, there may be a million."""
        named = [str(row) for row in rows]
        return named, {self.opts.verbose_name_plural: len(named)}, set(), []

    # -- actions ----------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Our own only: what deletes many rows is a service."""
        actions: dict[str, Any] = super().get_actions(request)
        return {name: found for name, found in actions.items() if name != "delete_selected"}

    def on_each(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any, User], None]
    ) -> None:
        """Let a service act on the chosen rows and say on how many it did."""
        chosen = self.few(request, rows)
        for row in chosen:
            act(row, permissions.user_of(request))
        if chosen:
            self.tell(request, len(chosen))

    def few(self, request: HttpRequest, rows: QuerySet[Any]) -> list[Any]:
        """The chosen rows; none when they are too many for one request."""
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            sentence = _(
                "Choose at most %(number)s rows here; more at once in the product's lists."
            )
            self.message_user(request, sentence % {"number": MOST_AT_ONCE}, messages.WARNING)
            return []
        return chosen

    def tell(self, request: HttpRequest, number: int) -> None:
        sentence = ngettext("%(number)s row is changed.", "%(number)s rows are changed.", number)
        self.message_user(request, sentence % {"number": number})

    # -- the trail --------------------------------------------------------------------------------

    def history_view(
        self, _request: HttpRequest, object_id: str, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The product's own audit trail."""
        query = {"object_type": self.opts.label_lower, "object_id": object_id}
        return redirect(f"{reverse('admin:core_auditevent_changelist')}?{urlencode(query)}")

    def log_addition(self, *_args: Any) -> None:
        """Services have written the trail."""

    def log_change(self, *_args: Any) -> None:
        """Services have written the trail."""

    def log_deletions(self, *_args: Any) -> None:
        """Services have written the trail."""
