"""People after they were invited: what they are, whether they may sign in, who gets their records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes import Assign
from core.errors import Refused
from core.lists import lists
from core.lists.selection import Selection
from core.models import ChangeSet, OwnedRecord, Role, Team, User
from core.registries import RecordType, record_types
from core.services.api_tokens import revoke_all_tokens
from core.services.bulk_changes import Outcome, change_selection
from core.services.rights import (
    USERS,
    begin,
    check_administrators,
    check_roles,
    check_team,
    check_user,
)
from core.services.users import is_address_of_another, replace_address

EDITED = ("name", "email", "team", "language", "time_zone")


@transaction.atomic
def edit_user(
    *,
    user: User,
    name: str,
    email: str,
    team: Team | None,
    roles: Sequence[Role],
    language: str,
    time_zone: str,
    by: User,
    change_set: ChangeSet | None = None,
) -> None:
    """Change what somebody is called, where they belong and what they may do.

    Administrators change the address that somebody logs in with, too.
    """
    begin(by, USERS)
    stored = User.objects.select_for_update().get(pk=user.pk)
    check_user(by, stored)
    before = audit.snapshot(stored)
    stored.name, stored.team = name, team
    stored.language, stored.time_zone = language, time_zone
    stored.email = email.strip().lower()
    changes = {
        name: pair for name, pair in audit.differences(before, stored).items() if name in EDITED
    }
    if "team" in changes:
        _check_new_team(by, stored)
        changes["team"] = (_team_name(before["team"]), str(team or ""))
    if "email" in changes:
        _check_new_address(by, stored)
    _check_values(stored)
    old = list(stored.roles.all())
    if {role.pk for role in old} != {role.pk for role in roles}:
        check_roles(by, roles)
        stored.roles.set(roles)
        changes["roles"] = (_names(old), _names(roles))
        check_administrators(by)
    if changes:
        stored.save(update_fields=EDITED)
        if "email" in changes:
            replace_address(stored)
        audit.record(
            actor=by, action="user.edit", subject=stored, changes=changes, change_set=change_set
        )


def _team_name(pk: int | None) -> str:
    return str(Team.objects.filter(pk=pk or 0).first() or "")


def _names(roles: Sequence[Role]) -> list[str]:
    return sorted(role.name for role in roles)


def _check_new_team(by: User, user: User) -> None:
    check_team(by, user.team_id)
    if user == by and not permissions.access_of(by).is_administrator:
        raise Refused(_("You cannot move yourself to another team. Ask an administrator."))


def _check_new_address(by: User, user: User) -> None:
    """Whoever sets the address can have the account: a link to a new password goes there."""
    if not permissions.access_of(by).is_administrator:
        raise Refused(
            _("Only administrators change the e-mail address that somebody logs in with.")
        )
    others = User.objects.exclude(pk=user.pk).filter(email=user.email)
    if others.exists() or is_address_of_another(user):
        raise Refused(_("There is a user with this e-mail address already."))


def _check_values(user: User) -> None:
    try:
        user.clean_fields(exclude=[f.name for f in User._meta.fields if f.name not in EDITED])
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


@transaction.atomic
def switch_off(*, user: User, by: User) -> None:
    """From now on nobody gets in as this user, by log-in, session or token; nothing is deleted."""
    begin(by, USERS)
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored == by:
        raise Refused(_("You cannot switch yourself off. Ask another administrator."))
    check_user(by, stored)
    if not stored.is_active:
        return
    stored.is_active = False
    stored.save(update_fields=["is_active"])
    check_administrators(by)
    audit.record(actor=by, action="user.off", subject=stored, changes={"is_active": (True, False)})
    _end_sessions(stored)


@transaction.atomic
def switch_off_and_hand_over(
    *, user: User, to: User | None, by: User, at: datetime
) -> list[Outcome]:
    """Both or neither; without a colleague the records stay where they are."""
    switch_off(user=user, by=by)
    return hand_over(user=user, to=to, by=by, at=at) if to is not None else []


@transaction.atomic
def switch_on(*, user: User, by: User) -> None:
    """The user may sign in again, with the roles and the team of before."""
    begin(by, USERS)
    check_user(by, user)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        changes = {"is_active": (False, True)}
        audit.record(actor=by, action="user.on", subject=user, changes=changes)


@transaction.atomic
def end_sessions(*, user: User, by: User, at: datetime) -> int:
    """Sign somebody out wherever they are signed in, programs with a token of theirs, too.

    Returns how many places that were.
    """
    begin(by, USERS)
    check_user(by, user)
    ended = _end_sessions(user)
    revoke_all_tokens(user=user, by=by, at=at)
    audit.record(actor=by, action="user.sign_out", subject=user)
    return ended


@transaction.atomic
def end_session(*, session: UserSession, by: User) -> None:
    """Sign somebody out of one device."""
    permissions.require_administrator(by)
    audit.record(actor=by, action="session.end", subject=session.user)
    session.end()


def _end_sessions(user: User) -> int:
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def reset_two_step(*, user: User, by: User) -> None:
    """For somebody who has lost the telephone: the password alone signs in until it is set up anew."""
    begin(by, USERS)
    check_user(by, user)
    if not permissions.access_of(by).is_administrator:
        raise Refused(_("Only administrators reset the two-step log-in."))
    if Authenticator.objects.filter(user=user).delete()[0]:
        audit.record(actor=by, action="user.two_step_reset", subject=user)


def owned_kinds(by: User) -> list[RecordType]:
    """The record types whose records somebody may give to colleagues."""
    access = permissions.access_of(by)
    return [
        kind
        for kind in record_types
        if issubclass(kind.model, OwnedRecord)
        and kind.key in lists
        and "owner" in kind.field
        and access.may(f"{kind.key}.assign")
    ]


def owned_rows(kind: RecordType, user: User, by: User) -> Any:
    """The records of a colleague that somebody may give to another one."""
    model: Any = kind.model
    return model.objects.visible_to(by, "assign").filter(owner=user)


@transaction.atomic
def hand_over(*, user: User, to: User, by: User, at: datetime) -> list[Outcome]:
    """All records of somebody to a colleague; many of one type by a job, each change can be undone."""
    permissions.require(by, USERS)
    if to == user or not to.is_active:
        raise Refused(_("Choose a colleague who takes the records."))
    address = f"if=owner:is:{user.pk}"
    return [
        change_selection(
            selection=Selection(kind, address=address), change=Assign(to.pk), by=by, at=at
        )
        for kind in owned_kinds(by)
        if owned_rows(kind, user, by).exists()
    ]
