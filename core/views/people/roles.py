"""Roles: the list, and the page on which a role is read and changed."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.forms.people import NewRoleForm, RoleForm
from core.models import Role
from core.pages import form_page, render_page
from core.people.matrix import ACCESSES, REACHES, matrix_of, rights_in, values_of
from core.permissions import requires
from core.services.roles import create_role, delete_role, reset_role, rights_of, save_role

MANAGE = "core.role.manage"


@requires(MANAGE)
def role_list(request: HttpRequest) -> HttpResponse:
    people = Count("users", filter=Q(users__is_active=True))
    context = {"roles": list(Role.objects.annotate(people=people))}
    return render_page(request, "core/people/roles.html", context)


@requires(MANAGE)
def role_create(request: HttpRequest) -> HttpResponse:
    """A name, and the role whose rights it begins with."""
    form = NewRoleForm(request.POST or None, initial={"like": request.GET.get("like")})
    by = permissions.user_of(request)

    def on_valid(valid: NewRoleForm) -> tuple[str, str]:
        role = create_role(**valid.cleaned_data, by=by)
        sentence = _("The role is there. Say now what it may do.")
        return sentence, reverse("role_edit", args=[role.pk])

    return form_page(request, "core/people/role_create.html", form, on_valid)


@requires(MANAGE)
def role_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All rights of a role, saved with one form; one that fails keeps what was chosen."""
    role = get_object_or_404(Role, pk=pk)
    rights = rights_of(role)
    by = permissions.user_of(request)
    initial = {"name": role.display_name, "description": role.display_description}
    form = RoleForm(request.POST or None, initial=initial)

    def on_valid(valid: RoleForm) -> tuple[str, str]:
        grants, rules = rights_in(request.POST, rights)
        save_role(role=role, **valid.cleaned_data, grants=grants, rules=rules, by=by)
        return _("The role is saved. It holds from the next page on."), reverse("role_list")

    values: Mapping[str, str] = values_of(rights)
    if request.method == "POST":
        values = {name: str(request.POST[name]) for name in request.POST}
    context = {
        "role": role,
        "matrix": matrix_of(values),
        "reaches": REACHES,
        "accesses": ACCESSES,
        "people": role.users.filter(is_active=True).count(),
        "may_view_as": permissions.access_of(by).is_administrator,
    }
    return form_page(request, "core/people/role.html", form, on_valid, context)


@requires(MANAGE)
@require_POST
def role_reset(request: HttpRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    reset_role(role=role, by=permissions.user_of(request))
    messages.success(request, _("The role is as it was shipped."))
    return redirect("role_edit", pk=pk)


@requires(MANAGE)
@require_POST
def role_delete(request: HttpRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    delete_role(role=role, by=permissions.user_of(request))
    messages.success(request, _("The role is deleted."))
    return redirect("role_list")
