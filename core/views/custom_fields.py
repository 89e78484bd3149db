"""The fields that a company adds to its records."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.choices import CUSTOM_FIELD_TYPES
from core.forms.custom_fields import CustomFieldForm
from core.models import CustomField, User
from core.pages import form_page, render_page
from core.permissions import requires
from core.queries.custom_fields import (
    extensible_types,
    fields_page,
    offered_types,
    seen_fields,
)
from core.registries import RecordType
from core.services.custom_field_indexes import ask_for_index
from core.services.custom_fields import (
    archive_field,
    change_field,
    create_field,
    move_field,
    restore_field,
)
from core.tasks import wake

MANAGE = "core.custom_field.manage"
STEPS = {"up": -1, "down": 1}


@requires(MANAGE)
def custom_field_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    kinds = list(extensible_types(user))
    wanted = request.GET.get("type", "")
    kind = next((kind for kind in kinds if kind.key == wanted), kinds[0] if kinds else None)
    if kind is None:
        raise Http404
    tabs = [
        {"label": each.plural, "url": _list_url(each.key), "is_current": each is kind}
        for each in kinds
    ]
    context = {"tabs": tabs, **fields_page(kind, user)}
    return render_page(request, "core/custom_field_list.html", context)


@requires(MANAGE)
def custom_field_create(request: HttpRequest, record_type: str) -> HttpResponse:
    user = permissions.user_of(request)
    kinds = {kind.key: kind for kind in extensible_types(user)}
    if record_type not in kinds:
        raise Http404
    context = {"kind": kinds[record_type], "list_url": _list_url(record_type)}
    field_type = request.GET.get("field", "")
    if field_type not in CUSTOM_FIELD_TYPES:
        offered = {"types": offered_types()}
        return render_page(request, "core/custom_field_types.html", {**context, **offered})
    field = CustomField(object_type=record_type, type=field_type)
    targets = [(kind.key, kind.label) for kind in kinds.values()]
    form = CustomFieldForm(request.POST or None, field=field, targets=targets)

    def on_valid(valid: CustomFieldForm) -> tuple[str, str]:
        values = valid.values()
        made = create_field(
            object_type=record_type,
            field_type=field_type,
            target=values.pop("target", ""),
            values=values,
            by=user,
        )
        _look_after_index(made, user)
        return _("The field “%(field)s” is added.") % {"field": made.label}, _list_url(record_type)

    return form_page(
        request, "core/custom_field_form.html", form, on_valid, {**context, "field": field}
    )


@requires(MANAGE)
def custom_field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    field = _field(user, pk)
    form = CustomFieldForm(request.POST or None, field=field)

    def on_valid(valid: CustomFieldForm) -> tuple[str, str]:
        changed = change_field(field=field, values=valid.values(), by=user)
        return _("The field is saved."), _list_url(changed.object_type)

    context = {
        "kind": _kind(user, field),
        "field": field,
        "list_url": _list_url(field.object_type),
    }
    return form_page(request, "core/custom_field_form.html", form, on_valid, context)


@requires(MANAGE)
@require_POST
def custom_field_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    user = permissions.user_of(request)
    field = _field(user, pk)
    steps = STEPS.get(request.POST.get("way", ""), 0)
    if steps and not field.is_archived:
        move_field(field=field, steps=steps, by=user)
    return redirect(_list_url(field.object_type))


@requires(MANAGE)
@require_POST
def custom_field_archive(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    field = _field(user, pk)
    archive_field(field=field, by=user)
    _look_after_index(field, user)
    message = _("The field “%(field)s” is archived. Its values are kept.")
    messages.success(request, message % {"field": field.label})
    return redirect(_list_url(field.object_type))


@requires(MANAGE)
@require_POST
def custom_field_restore(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    field = _field(user, pk)
    restore_field(field=field, by=user)
    _look_after_index(field, user)
    messages.success(request, _("The field “%(field)s” is back.") % {"field": field.label})
    return redirect(_list_url(field.object_type))


def _field(user: User, pk: int) -> CustomField:
    """The field, if the user may see it."""
    for field in seen_fields(user):
        if field.pk == pk:
            return field
    raise Http404


def _kind(user: User, field: CustomField) -> RecordType:
    return next(kind for kind in extensible_types(user) if kind.key == field.object_type)


def _list_url(record_type: str) -> str:
    return f"{reverse('custom_field_list')}?type={record_type}"


def _look_after_index(field: CustomField, user: User) -> None:
    run = ask_for_index(field=field, as_of=timezone.now(), by=user)
    if run is not None:
        wake(run.pk)
