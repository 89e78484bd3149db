"""Colleagues whom a file tells of: accounts that nobody is invited to yet, and their way back."""

from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import ManyToOneRel, Model
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core import audit
from core.errors import Refused
from core.mailboxes import NOBODY
from core.models import ChangeSet, Role, Team, User
from core.rows.keys import forget_keys
from core.search.pinyin import syllables
from core.services.rights import USERS, begin, check_roles, check_team
from core.services.teams import belongings
from core.services.users import create_user

COLLEAGUE = "core.user"  # of the keys that other systems have for people


@transaction.atomic
def add_colleague(
    *,
    name: str,
    email: str,
    team: Team | None,
    roles: Sequence[Role],
    by: User,
    language: str = "",
    time_zone: str = "",
    is_active: bool = True,
    change_set: ChangeSet | None = None,
) -> User:
    """Make an account that has no password, and mail nobody; never an administrator's."""
    begin(by, USERS)
    if any(role.is_administrator for role in roles):
        raise Refused(_("A file makes no administrators."))
    check_roles(by, roles)
    check_team(by, team.pk if team else None)
    return create_user(
        email=email or free_placeholder(name),
        name=name,
        password=None,
        roles=roles,
        team=team,
        language=language,
        time_zone=time_zone,
        is_active=is_active,
        by=by,
        change_set=change_set,
    )


def free_placeholder(name: str) -> str:
    """An address that reaches nobody, made of the name, which no user has."""
    words = slugify(name) or "-".join(part for read in syllables(name)[:1] for part in read)
    stem = words[:60] or blake2b(name.encode(), digest_size=6).hexdigest()
    taken = set(
        User.objects.filter(email__startswith=stem, email__endswith=f"@{NOBODY}").values_list(
            "email", flat=True
        )
    )
    return next(each for each in _addresses(stem) if each not in taken)


def _addresses(stem: str) -> Iterator[str]:
    yield f"{stem}@{NOBODY}"
    number = 2
    while True:
        yield f"{stem}-{number}@{NOBODY}"
        number += 1


@transaction.atomic
def remove_colleagues(*, ids: Collection[int], by: User) -> tuple[int, int]:
    """Delete accounts on which nothing hangs; returns how many went and how many stayed."""
    begin(by, USERS)
    people = list(User.objects.select_for_update(of=("self",)).filter(pk__in=ids))
    used = {user.pk for user in people if user.last_login or user == by}
    used |= _pointed_at({user.pk for user in people} - used)
    gone = [user for user in people if user.pk not in used]
    for user in gone:
        audit.record(
            actor=by, action="user.delete", subject=user, changes={"name": (user.name, "")}
        )
    forget_keys(COLLEAGUE, [user.pk for user in gone])
    User.objects.filter(pk__in=[user.pk for user in gone]).delete()
    return len(gone), len(used)


def _pointed_at(ids: set[int]) -> set[int]:
    """Those of the users whom anything but their own address and roles belongs to."""
    found: set[int] = set()
    own: tuple[type[Model], ...] = (EmailAddress, User.roles.through)
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model not in own:
            name = relation.field.attname
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids - found})
            found |= set(rows.order_by().values_list(name, flat=True).distinct())
    return found


@transaction.atomic
def remove_empty_teams(*, ids: Collection[int], by: User) -> int:
    """Delete teams that have neither people, teams below them nor records; returns how many stayed."""
    begin(by, USERS)
    teams = list(Team.objects.select_for_update(of=("self",)).filter(pk__in=ids))
    kept = 0
    for team in teams:
        if _has_anything(team):
            kept += 1
            continue
        audit.record(
            actor=by, action="team.delete", subject=team, changes={"name": (team.name, "")}
        )
        team.delete()
    return kept


def _has_anything(team: Team) -> bool:
    if team.members.exists() or team.children.exists():
        return True
    return any(
        model._base_manager.filter(**{column: team}).exists() for model, column in belongings()
    )
