"""Who calls: a program with a token. People who are signed in are known by their session."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from core.models import User
from core.services.api_tokens import acting_user, find_token

SCHEME = "bearer"
LONGEST = 200


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer rm_…`."""

    def authenticate(self, request: Any) -> tuple[User, Any] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = find_token(secret=secret.strip()[:LONGEST], at=timezone.now())
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown, expired or revoked. Make a new one in the settings.")
            )
        return acting_user(token), token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
