"""Teams: a tree. A team that is dissolved leaves its people at once, its records by a job."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ManyToOneRel, Model
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.jobs.questions import ask
from core.models import ChangeSet, JobRun, Team, User
from core.services.rights import USERS, begin, check_place, check_team, check_user

DISSOLVE_JOB = "core.team_dissolve"


@transaction.atomic
def create_team(
    *, name: str, parent: Team | None, by: User, change_set: ChangeSet | None = None
) -> Team:
    begin(by, USERS)
    check_place(by, parent)
    team = Team(name=_free_name(name), parent=parent)
    team.save()
    changes = {"name": ("", team.name), "parent": ("", str(parent or ""))}
    audit.record(
        actor=by, action="team.create", subject=team, changes=changes, change_set=change_set
    )
    return team


@transaction.atomic
def edit_team(*, team: Team, name: str, parent: Team | None, by: User) -> None:
    """Rename a team, or move it with all teams below it."""
    begin(by, USERS)
    stored = Team.objects.select_for_update().get(pk=team.pk)
    check_team(by, stored.pk)
    changes: dict[str, tuple[Any, Any]] = {}
    if name != stored.name:
        changes["name"] = (stored.name, name)
        stored.name = _free_name(name, stored)
    if (parent.pk if parent else None) != stored.parent_id:
        check_place(by, parent)
        _check_no_circle(stored, parent)
        changes["parent"] = (str(stored.parent or ""), str(parent or ""))
        stored.parent = parent
    if changes:
        stored.save(update_fields=["name", "parent"])
        audit.record(actor=by, action="team.edit", subject=stored, changes=changes)


def _free_name(name: str, team: Team | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give the team a name."))
    others = Team.objects.exclude(pk=team.pk) if team else Team.objects.all()
    if others.filter(name__iexact=name).exists():
        raise Refused(_("There is a team of this name already."))
    return name


def _check_no_circle(team: Team, parent: Team | None) -> None:
    if parent is not None and parent.pk in below(team.pk):
        raise Refused(_("A team cannot be part of itself or of a team below it."))


def below(pk: int) -> set[int]:
    """The team and all teams below it."""
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    found = {pk}
    while more := {team for team, parent in parents.items() if parent in found} - found:
        found |= more
    return found


@transaction.atomic
def dissolve_team(*, team: Team, into: Team, by: User, at: datetime) -> JobRun:
    """Its people and the teams below it go to another team now; the run brings its records there
    and deletes it. Whoever calls wakes the run."""
    begin(by, USERS)
    check_team(by, team.pk)
    check_team(by, into.pk)
    if into.pk == team.pk:
        raise Refused(_("Choose another team that takes the people and the records."))
    if not permissions.access_of(by).is_administrator:
        for user in User.objects.filter(team=team):
            check_user(by, user)
    _check_no_run(team.pk, into.pk)
    if into.pk in below(team.pk):
        Team.objects.filter(pk=into.pk).update(parent=team.parent_id)
    people = User.objects.filter(team=team).update(team=into)
    Team.objects.filter(parent=team).exclude(pk=into.pk).update(parent=into)
    changes = {"into": (team.name, into.name), "people": (people, 0)}
    audit.record(actor=by, action="team.dissolve", subject=team, changes=changes)
    scope = {"team": team.pk, "into": into.pk, "name": team.name}
    return ask(kind=DISSOLVE_JOB, as_of=at, scope=scope, requested_by=by)


def _check_no_run(*teams: int) -> None:
    """Records on their way to a team need it to stay."""
    for scope in JobRun.objects.active().filter(kind=DISSOLVE_JOB).values_list("scope", flat=True):
        if {scope["team"], scope["into"]} & set(teams):
            raise Refused(_("A job moves records of one of these teams. Wait until it is done."))


def dissolving() -> set[int]:
    """The teams whose records are on their way to another one."""
    runs = JobRun.objects.active().filter(kind=DISSOLVE_JOB)
    return {scope["team"] for scope in runs.values_list("scope", flat=True)}


def belongings() -> Iterator[tuple[type[Model], str]]:
    """Every model with rows that belong to a team, and the column that says so."""
    for relation in Team._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model not in (User, Team):
            yield relation.related_model, relation.field.name
