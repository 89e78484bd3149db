"""Reads about tokens of the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from core import permissions
from core.models import ApiToken, User

MANAGE = "core.api_token.manage"


@dataclass(frozen=True)
class ShownToken:
    """A token with what became of it: "revoked", "expired" or nothing."""

    token: ApiToken
    end: str
    scopes: str


def visible_tokens(user: User) -> QuerySet[ApiToken]:
    """One's own; everybody's with the right to manage them."""
    tokens = ApiToken.objects.select_related("user", "role")
    return tokens if permissions.access_of(user).may(MANAGE) else tokens.filter(user=user)


def described(tokens: Iterable[ApiToken], at: datetime) -> list[ShownToken]:
    return [ShownToken(token, _end(token, at), ", ".join(token.scopes)) for token in tokens]


def _end(token: ApiToken, at: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "" if token.is_valid(at) else "expired"
