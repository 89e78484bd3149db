"""Tokens of the API: making and revoking them, and finding whom one stands for."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, permissions, scopes
from core.errors import Refused
from core.models import ApiToken, Role, User
from core.queries.api_tokens import MANAGE

BEGIN = "rm_"
SHOWN = 11  # letters of the secret by which people tell tokens apart
MOST_TOKENS = 50
NOTED_EVERY = timedelta(minutes=1)
CREATE = "core.api_token.create"


@dataclass(frozen=True)
class MadeToken:
    """A new token and its secret, which nobody can read again."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(
    *,
    name: str,
    wanted: Collection[str],
    by: User,
    at: datetime,
    role: Role | None = None,
    expires_at: datetime | None = None,
) -> MadeToken:
    """A token that acts for whoever makes it."""
    permissions.require(by, CREATE)
    name = " ".join(name.split())[:80]
    if not name:
        raise Refused(_("Give the token a name."))
    if not wanted or scopes.unknown(wanted):
        raise Refused(_("Choose what the token may be used for."))
    if expires_at is not None and expires_at <= at:
        raise Refused(_("Choose a day that lies ahead."))
    if ApiToken.objects.filter(user=by, revoked_at=None).count() >= MOST_TOKENS:
        raise Refused(_("You have %(most)s tokens. Revoke one first.") % {"most": MOST_TOKENS})
    secret = BEGIN + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        user=by,
        role=role,
        scopes=sorted(wanted),
        expires_at=expires_at,
    )
    audit.record(actor=by, action="token.create", subject=token)
    return MadeToken(token, secret)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, at: datetime) -> None:
    """From now on it opens nothing; one's own, or with the right to manage them anybody's."""
    if token.user_id != by.pk:
        permissions.require(by, MANAGE)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        audit.record(actor=by, action="token.revoke", subject=token)


@transaction.atomic
def revoke_all_tokens(*, user: User, by: User, at: datetime) -> int:
    """Where whoever was in as this user has to be out; returns how many tokens that were."""
    tokens = list(ApiToken.objects.select_for_update().filter(user=user, revoked_at=None))
    ApiToken.objects.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=at)
    audit.record_all(
        actor=by, action="token.revoke", changes_by_subject=[(token, {}) for token in tokens]
    )
    return len(tokens)


def digest_of(secret: str) -> str:
    """Secrets are random and long: a plain digest is as good as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(*, secret: str, at: datetime) -> ApiToken | None:
    """The token of a secret, when it opens something now; notes that it was used."""
    if not secret.startswith(BEGIN):
        return None
    found = ApiToken.objects.select_related("user__team", "role").filter(digest=digest_of(secret))
    token = found.first()
    if token is None or not token.is_valid(at) or not token.user.is_active:
        return None
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=at - NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < at - NOTED_EVERY:
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=at)
    return token


def acting_user(token: ApiToken) -> User:
    """The token's user with what is left of the rights: the role's at most, for these scopes."""
    user = token.user
    access = permissions.access_of(user)
    if token.role is not None:
        roles = Role.objects.filter(pk=token.role.pk)
        access = scopes.narrower(access, permissions.access_in_roles(user, roles))
    user.cached_access = scopes.limited(access, token.scopes)
    return user
