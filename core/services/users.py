"""Users: the first administrator, sample users, preferences."""

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.company import company
from core.errors import Refused
from core.locks import lock_for_transaction
from core.mailboxes import reaches_somebody
from core.models import ChangeSet, Role, Team, User

if TYPE_CHECKING:
    from collections.abc import Iterable

# Once true it stays true for the process: users are switched off, never deleted.
_set_up: set[str] = set()


def is_set_up() -> bool:
    """Whether there is a user at all; before that only the set-up page opens."""
    if not _set_up and User.objects.exists():
        _set_up.add("yes")
    return bool(_set_up)


@transaction.atomic
def create_first_administrator(*, email: str, name: str, password: str, language: str) -> User:
    """Make the first user, who may do everything; refused once there is one."""
    lock_for_transaction("core.set_up")
    if User.objects.exists():
        raise Refused(_("There is an administrator already. Ask them for an invitation."))
    return create_administrator(email=email, name=name, password=password, language=language)


@transaction.atomic
def create_administrator(*, email: str, name: str, password: str, language: str = "en") -> User:
    """Make an administrator after checking address and password."""
    try:
        validate_email(email)
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    role = Role.objects.get(key="administrator")
    return create_user(email=email, name=name, password=password, language=language, roles=[role])


@transaction.atomic
def create_user(
    *,
    email: str,
    name: str,
    password: str | None,
    roles: "Iterable[Role]",
    team: Team | None = None,
    language: str = "",
    time_zone: str = "",
    is_active: bool = True,
    is_sample: bool = False,
    by: User | None = None,
    change_set: ChangeSet | None = None,
) -> User:
    """Make a user with roles, in the language and time zone of the company if no other is told.

    Without a password the user sets one by the reset page.
    """
    if User.objects.filter(email=email.strip().lower()).exists():
        raise Refused(_("There is a user with this e-mail address already."))
    house = company()
    user = User.objects.create_user(
        email,
        password,
        name=name,
        team=team,
        language=house.spoken(language or house.language),
        time_zone=time_zone or house.time_zone,
        is_active=is_active,
        is_sample=is_sample,
    )
    user.roles.set(roles)
    replace_address(user)
    audit.record(actor=by, action="user.create", subject=user, change_set=change_set)
    return user


def replace_address(user: User) -> None:
    """The one address of allauth is the user's; those that it replaces lead nowhere any more.

    An administrator vouches for it; two-factor codes need one that is verified. Nobody can vouch
    for an address that reaches nobody.
    """
    EmailAddress.objects.filter(user=user).delete()
    if reaches_somebody(user.email):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def is_address_of_another(user: User) -> bool:
    others = EmailAddress.objects.exclude(user=user)
    return bool(others.filter(email__iexact=user.email).exists())


def update_preferences(*, user: User, language: str = "", theme: str = "") -> None:
    """Write the language or theme the user chose; refused when it is not one of ours."""
    if language and language not in dict(company().offered):
        raise Refused(_("This language is not offered."))
    for name, value in (("language", language), ("theme", theme)):
        if value:
            setattr(user, name, value)
            try:
                user.clean_fields(exclude={f.name for f in User._meta.fields if f.name != name})
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
    user.save(update_fields=["language", "theme"])
