"""Teams: the tree, one team, dissolving it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.forms.people import DissolveForm, TeamForm
from core.models import Team
from core.pages import form_page
from core.people.trees import team_tree
from core.permissions import requires
from core.services.teams import create_team, dissolve_team, dissolving, edit_team
from core.tasks import wake

MANAGE = "core.user.manage"
SHOWN_PEOPLE = 200


@requires(MANAGE)
def team_list(request: HttpRequest) -> HttpResponse:
    """The tree, with a form for another team."""
    by = permissions.user_of(request)
    form = TeamForm(request.POST or None)

    def on_valid(valid: TeamForm) -> tuple[str, str]:
        team = create_team(**valid.cleaned_data, by=by)
        return _("The team “%(name)s” is there.") % {"name": team.name}, reverse("team_list")

    context = {"tree": team_tree(), "dissolving": dissolving()}
    return form_page(request, "core/people/teams.html", form, on_valid, context)


@requires(MANAGE)
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    by = permissions.user_of(request)
    form = TeamForm(request.POST or None, initial={"name": team.name, "parent": team.parent_id})

    def on_valid(valid: TeamForm) -> tuple[str, str]:
        edit_team(team=team, **valid.cleaned_data, by=by)
        return _("The team is saved."), reverse("team_list")

    people = list(team.members.all()[: SHOWN_PEOPLE + 1])
    context = {
        "team": team,
        "people": people[:SHOWN_PEOPLE],
        "has_more": len(people) > SHOWN_PEOPLE,
        "dissolve_form": DissolveForm(team=team, without=dissolving()),
    }
    return form_page(request, "core/people/team.html", form, on_valid, context)


@requires(MANAGE)
@require_POST
def team_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=pk)
    form = DissolveForm(request.POST, team=team)
    if not form.is_valid():
        messages.error(request, _("Choose another team that takes the people and the records."))
        return redirect("team_edit", pk=pk)
    into = form.cleaned_data["into"]
    run = dissolve_team(team=team, into=into, by=permissions.user_of(request), at=timezone.now())
    wake(run.pk)
    words = {"name": team.name, "into": into.name}
    sentence = _(
        "The people of “%(name)s” are in “%(into)s” now. A job brings the records there and then "
        "deletes the team."
    )
    messages.success(request, sentence % words)
    return redirect("team_list")
