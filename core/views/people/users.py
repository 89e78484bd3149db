"""Users: who there is, inviting them, what they may do, switching them off."""

from collections.abc import Callable, Iterable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.forms.people import ColleagueForm, InvitationForm, UserForm
from core.models import User
from core.pages import UNPROCESSABLE, form_page, refusals_in, render_page
from core.people.card import card_of
from core.people.listing import filter_choices, user_page
from core.permissions import requires
from core.services.bulk_changes import Outcome
from core.services.invitations import (
    days_valid,
    invite_users,
    is_mail_set_up,
    people_in,
    send_links,
)
from core.services.members import (
    edit_user,
    end_sessions,
    hand_over,
    reset_two_step,
    switch_off_and_hand_over,
    switch_on,
)
from core.tasks import wake

MANAGE = "core.user.manage"


@requires(MANAGE)
def user_list(request: HttpRequest) -> HttpResponse:
    context = {"page": user_page(request.GET), **filter_choices()}
    return render_page(request, "core/people/users.html", context, parts={"users": "users"})


@requires(MANAGE)
def user_invite(request: HttpRequest) -> HttpResponse:
    """Colleagues, who set a password by the link that they get."""
    form = InvitationForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        by, data = permissions.user_of(request), dict(form.cleaned_data)
        with refusals_in(form):
            users = invite_users(people=people_in(data.pop("people")), **data, by=by)
            return _links_page(request, users, is_new=True)
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "is_mail_set_up": is_mail_set_up(), "days": days_valid()}
    return render_page(request, "core/people/invite.html", context, status=status)


@requires(MANAGE)
@require_POST
def user_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The link to set a password once more: mailed, or shown where mail is not set up."""
    return _links_page(request, [get_object_or_404(User, pk=pk)], is_new=False)


def _links_page(request: HttpRequest, users: list[User], *, is_new: bool) -> HttpResponse:
    invited = send_links(
        users=users, origin=request.build_absolute_uri("/"), by=permissions.user_of(request)
    )
    context = {
        "invited": invited,
        "is_new": is_new,
        "days": days_valid(),
        "is_sent": all(each.is_sent for each in invited),
    }
    return render_page(request, "core/people/invited.html", context)


@requires(MANAGE)
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a user, with what can be done."""
    user = get_object_or_404(User.objects.select_related("team"), pk=pk)
    by = permissions.user_of(request)
    form = UserForm(
        request.POST or None,
        instance=get_object_or_404(User, pk=pk),
        may_set_email=permissions.access_of(by).is_administrator,
    )

    def on_valid(valid: UserForm) -> tuple[str, str]:
        edit_user(user=user, **valid.cleaned_data, by=by)
        return _("The user is saved."), reverse("user_edit", args=[pk])

    return form_page(request, "core/people/user.html", form, on_valid, card_of(user, by))


@requires(MANAGE)
def user_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to switch somebody off, and who takes the records."""
    user = get_object_or_404(User, pk=pk)
    by = permissions.user_of(request)
    form = ColleagueForm(request.POST if request.method == "POST" else None, user=user)
    form.fields["to"].required = False

    def on_valid(valid: ColleagueForm) -> tuple[str, str]:
        to = valid.cleaned_data["to"]
        outcomes = switch_off_and_hand_over(user=user, to=to, by=by, at=timezone.now())
        said = [_("%(name)s is switched off.") % {"name": user.display_name}]
        said += [_said(outcomes, to)] if to is not None else []
        return " ".join(said), reverse("user_edit", args=[pk])

    return form_page(request, "core/people/off.html", form, on_valid, card_of(user, by))


@requires(MANAGE)
@require_POST
def user_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = ColleagueForm(request.POST, user=user)
    if form.is_valid():
        to, by = form.cleaned_data["to"], permissions.user_of(request)
        outcomes = hand_over(user=user, to=to, by=by, at=timezone.now())
        messages.success(request, _said(outcomes, to))
    else:
        messages.error(request, _("Choose a colleague who takes the records."))
    return redirect("user_edit", pk=pk)


def _said(outcomes: Iterable[Outcome], to: User) -> str:
    """Wake the jobs and say how many records have a new owner already."""
    outcomes = list(outcomes)
    runs = [outcome.run for outcome in outcomes if outcome.run is not None]
    for run in runs:
        wake(run.pk)
    count = sum(outcome.change_set.count for outcome in outcomes)
    words = {"name": to.display_name, "count": count}
    said = ngettext(
        "%(name)s has %(count)s record more.", "%(name)s has %(count)s records more.", count
    )
    later = _("A job hands over the others.") if runs else ""
    return f"{said % words} {later}".strip()


def _act(
    action: Callable[..., object], sentence: str, request: HttpRequest, pk: int
) -> HttpResponse:
    """Do something with a user and go back to the page."""
    user = get_object_or_404(User, pk=pk)
    action(user=user, by=permissions.user_of(request))
    messages.success(request, sentence % {"name": user.display_name})
    return redirect("user_edit", pk=pk)


@requires(MANAGE)
@require_POST
def user_on(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(switch_on, _("%(name)s may sign in again."), request, pk)


@requires(MANAGE)
@require_POST
def user_sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    act = partial(end_sessions, at=timezone.now())
    return _act(act, _("%(name)s is signed out everywhere."), request, pk)


@requires(MANAGE)
@require_POST
def user_reset_two_step(request: HttpRequest, pk: int) -> HttpResponse:
    sentence = _("%(name)s signs in with the password alone until two-step log-in is set up anew.")
    return _act(reset_two_step, sentence, request, pk)
