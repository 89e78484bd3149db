"""A program that calls the API."""

import secrets
from typing import Any

from django.http import HttpResponse
from django.test import Client

from core.models import ApiToken, User
from core.services.api_tokens import digest_of
from tests.factories import ApiTokenFactory


class Caller:
    """Sends JSON with a token of the user."""

    token: ApiToken

    def __init__(self, user: User, **token: Any) -> None:
        self._know(f"rm_{secrets.token_hex(8)}")
        self.token = ApiTokenFactory(user=user, digest=digest_of(self.secret), **token)

    @classmethod
    def of(cls, secret: str) -> "Caller":
        """With a token that is there."""
        caller = cls.__new__(cls)
        caller._know(secret)
        return caller

    def _know(self, secret: str) -> None:
        self.secret = secret
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, query: Any = None, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", query, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("put", path, body, headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self._send("delete", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        return getattr(self.client, method)(
            f"/api/v1/{path}",
            {} if body is None else body,
            content_type="application/json",
            headers={**self.headers, **headers},
        )
