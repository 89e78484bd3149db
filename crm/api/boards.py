"""The board of deals in figures, and what is offered when a deal is closed."""

from decimal import Decimal

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.asking import from_address
from core.api.base import ApiView, user_of
from core.api.described import ID, NUMBER, TEXT, Json, described, listed, query, thing
from core.api.problems import SECONDS, ProblemError
from core.currencies import base_currency
from core.time_limits import at_most
from crm.choices import UNFIT, StageKind
from crm.models import CloseReason, Competitor
from crm.queries.boards import BoardQuery, Head, sees_board
from crm.tables import DEALS

MAYBE_AMOUNT: Json = {"type": ["string", "null"]}
COLUMN = thing(
    {
        "stage": ID,
        "name": TEXT,
        "kind": {"enum": StageKind.values},
        "deals": NUMBER,
        "amount": MAYBE_AMOUNT,
        "weighted": MAYBE_AMOUNT,
        "stuck": NUMBER,
        "median_days": {"type": ["integer", "null"]},
        "without_rate": NUMBER,
        "wip_limit": NUMBER,
    }
)
BOARD = thing(
    {
        "pipeline": {"type": ["integer", "null"]},
        "currency": TEXT,
        "columns": {"type": "array", "items": COLUMN},
    }
)
REASON = thing({"id": ID, "kind": {"enum": ["won", "lost", UNFIT]}, "name": TEXT})


class DealBoard(ApiView):
    """The columns of a board: how many deals, what they are worth, how many are stuck."""

    rights = {"GET": "crm.deal.view"}

    @described(
        "The board of a pipeline in figures",
        description="Amounts are in the base currency. Of won and lost deals those closed in this month count. "
        "The pipeline is the first that a condition names (`pipeline:is:2`), else the default one.",
        query=(
            query(
                "if",
                "A condition, as for deals; may be given several times.",
                {"type": "array", "items": TEXT},
            ),
            query("q", "Words, as in the search of the list."),
        ),
        answers={200: BOARD},
    )
    def get(self, request: Request) -> Response:
        state = from_address(DEALS, user_of(request), request.query_params).state
        if not sees_board(state):
            raise ProblemError(403, "not-allowed", _("Your role does not see stages of deals."))
        board = BoardQuery(state)
        sees_amount = state.access.sees("crm.deal.amount")
        sees_chance = sees_amount and state.access.sees("crm.deal.probability")
        with at_most(SECONDS):
            heads = board.heads()
        return Response(
            {
                "pipeline": board.pipeline.pk if board.pipeline else None,
                "currency": base_currency(),
                "columns": [
                    _told(head, sees_amount=sees_amount, sees_chance=sees_chance) for head in heads
                ],
            }
        )


def _told(head: Head, *, sees_amount: bool, sees_chance: bool) -> Json:
    return {
        "stage": head.stage.pk,
        "name": str(head.stage),
        "kind": head.stage.kind,
        "deals": head.number,
        "amount": _money(head.amount) if sees_amount else None,
        "weighted": _money(head.weighted) if sees_chance else None,
        "stuck": head.stuck,
        "median_days": head.days,
        "without_rate": head.unrated if sees_amount else 0,
        "wip_limit": head.stage.wip_limit,
    }


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


class CloseReasons(ApiView):
    """The reasons that are offered when a deal is won or lost, or a lead is not a fit."""

    rights = {"GET": "crm.deal.view"}

    @described("Reasons for closing", answers={200: listed(REASON)})
    def get(self, _request: Request) -> Response:
        rows = CloseReason.objects.filter(is_archived=False)
        told = [{"id": row.pk, "kind": row.kind, "name": str(row)} for row in rows]
        return Response({"results": told, "next": None})


class Competitors(ApiView):
    """The competitors that deals may name."""

    rights = {"GET": "crm.deal.view"}

    @described("Competitors", answers={200: listed(thing({"id": ID, "name": TEXT}))})
    def get(self, _request: Request) -> Response:
        rows = Competitor.objects.filter(is_archived=False)
        return Response({"results": [{"id": r.pk, "name": r.name} for r in rows], "next": None})
