"""What the page of a user shows beside the form."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, IntegerField, QuerySet, Subquery

from core import permissions
from core.forms.people import ColleagueForm
from core.models import ApiToken, User
from core.queries.home import count
from core.services.invitations import is_mail_set_up
from core.services.members import owned_kinds, owned_rows

MOST_COUNTED = (
    1_000  # counting all of somebody's hundred thousand contacts takes a tenth of a second
)


class CountUpTo(Subquery):
    """How many rows there are, as far as anybody wants to know."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: "QuerySet[Any]") -> None:
        super().__init__(rows.order_by().values("pk")[: MOST_COUNTED + 1])


def card_of(user: User, by: User) -> dict[str, Any]:
    """How many sessions, tokens and records, whether two-step log-in is on: one query for all."""
    kinds = owned_kinds(by)
    columns: dict[str, Any] = {
        f"kind_{place}": CountUpTo(owned_rows(kind, user, by)) for place, kind in enumerate(kinds)
    }
    row: Any = User.objects.filter(pk=user.pk).values(
        sessions=count(UserSession.objects.filter(user=user)),
        tokens=count(ApiToken.objects.filter(user=user, revoked_at=None)),
        two_step=Exists(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)),
        **columns,
    )[0]
    records = [(kind, row[f"kind_{place}"]) for place, kind in enumerate(kinds)]
    return {
        "person": user,
        "is_self": user == by,
        "sessions": row["sessions"],
        "tokens": row["tokens"],
        "has_two_step": row["two_step"],
        "records": [(kind, number) for kind, number in records if number],
        "most_counted": MOST_COUNTED,
        "colleague_form": ColleagueForm(user=user),
        "is_mail_set_up": is_mail_set_up(),
        "may_view_as": permissions.access_of(by).is_administrator and user != by,
    }
