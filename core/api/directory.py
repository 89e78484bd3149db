"""Who calls, colleagues, teams, tags."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import SIGNED_IN, ApiView, user_of
from core.api.described import (
    FLAG,
    ID,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    TEXT,
    Json,
    described,
    listed,
    query,
    thing,
)
from core.models import Tag, Team, User
from core.telling.values import moment
from core.text import comparable

MANAGE = "core.user.manage"
PEOPLE = "core.user"
NAMED = query("q", "The name begins so.")


class Me(ApiView):
    """The caller: whom it acts for, what it may."""

    rights = {"GET": SIGNED_IN}

    @described(
        "Who calls",
        answers={
            200: thing(
                {
                    "id": ID,
                    "name": TEXT,
                    "language": TEXT,
                    "time_zone": TEXT,
                    "is_administrator": FLAG,
                    "rights": {
                        "type": "object",
                        "description": "Right to reach: own, team or all.",
                        "additionalProperties": {"enum": ["own", "team", "all"]},
                    },
                    "token": {
                        "anyOf": [
                            {"type": "null"},
                            thing(
                                {
                                    "name": TEXT,
                                    "scopes": {"type": "array", "items": TEXT},
                                    "expires_at": MAYBE_MOMENT,
                                }
                            ),
                        ]
                    },
                }
            )
        },
    )
    def get(self, request: Request) -> Response:
        user, token = user_of(request), request.auth
        access = permissions.access_of(user)
        return Response(
            {
                "id": user.pk,
                "name": user.display_name,
                "language": user.language,
                "time_zone": user.time_zone,
                "is_administrator": access.is_administrator,
                "rights": {right: reach.name.lower() for right, reach in access.grants.items()},
                "token": _token(token) if token else None,
            }
        )


def _token(token: Any) -> Json:
    return {
        "name": token.name,
        "scopes": token.scopes,
        "expires_at": moment(token.expires_at),
    }


class Users(ApiView):
    """Names for everybody; the rest for who manages users."""

    scope_of = PEOPLE
    rights = {"GET": SIGNED_IN}

    @described(
        "Colleagues",
        description="Names only for whoever may not manage users, and for tokens with scopes.",
        query=lists.PAGING,
        answers={
            200: listed(
                thing(
                    {
                        "id": ID,
                        "name": TEXT,
                        "email": TEXT,
                        "team": MAYBE_NUMBER,
                        "is_active": FLAG,
                        "roles": {"type": "array", "items": TEXT},
                    },
                    required=["id", "name"],
                )
            )
        },
    )
    def get(self, request: Request) -> Response:
        if permissions.access_of(user_of(request)).may(MANAGE):
            return lists.answer(request, User.objects.prefetch_related("roles"), _user)
        active = User.objects.filter(is_active=True)
        return lists.answer(request, active, lambda it: {"id": it.pk, "name": it.display_name})


def _user(user: User) -> Json:
    return {
        "id": user.pk,
        "name": user.display_name,
        "email": user.email,
        "team": user.team_id,
        "is_active": user.is_active,
        "roles": [role.display_name for role in user.roles.all()],
    }


class Teams(ApiView):
    """Teams and the teams that they are part of."""

    scope_of = PEOPLE
    rights = {"GET": SIGNED_IN}

    @described(
        "Teams",
        query=lists.PAGING,
        answers={200: listed(thing({"id": ID, "name": TEXT, "part_of": MAYBE_NUMBER}))},
    )
    def get(self, request: Request) -> Response:
        return lists.answer(
            request,
            Team.objects.all(),
            lambda it: {"id": it.pk, "name": it.name, "part_of": it.parent_id},
        )


class Tags(ApiView):
    """The words that records are tagged with; writing a record with a new one makes it."""

    scope_of = "core.tag"
    rights = {"GET": SIGNED_IN}

    @described(
        "Tags",
        query=(NAMED, *lists.PAGING),
        answers={200: listed(thing({"id": ID, "name": TEXT}))},
    )
    def get(self, request: Request) -> Response:
        rows = Tag.objects.all()
        begins = comparable(request.query_params.get("q", ""))
        if begins:
            rows = rows.filter(name_key__startswith=begins)
        return lists.answer(request, rows, lambda tag: {"id": tag.pk, "name": tag.name})
