"""Deals as a board: the page, more cards, moving a card and taking that back."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.choices import ListShape
from core.company import company_for
from core.conditions import Criterion
from core.currencies import base_currency
from core.errors import Refused
from core.ids import id_in
from core.lists import ListState, frame_context
from core.lists.counts import Total
from core.lists.page import SECONDS, too_slow
from core.lists.state import AFTER
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx, leave_for, render_page, say, way_back
from core.permissions import requires
from core.phrases import money, money_short
from core.queries.start import frame_of
from core.time_limits import TookTooLong, at_most
from core.views.list_tools import look_after_indexes, render_tool
from crm.cells.cards import Drawer
from crm.choices import StageKind
from crm.forms.pipelines import CloseForm
from crm.models import Deal, Stage, StageChange
from crm.queries.boards import CLOSING, BoardQuery, Column, Head, address_with, sees_board
from crm.queries.closing import competitors_offered, reasons_for
from crm.services.deal_moves import undo_move
from crm.services.deals import MovedMeanwhile, move_deal
from crm.tables import DEALS

DOTS = ("d-slate", "d-teal", "d-accent", "d-violet", "d-pink", "d-warn")
MOST_ADDRESS = 8_000
SHOWN = ("number", "stuck", "days", "is_over", "stage", "unrated")
FIGURES = "crm/deals/bar.html"


def board_page(request: HttpRequest, state: ListState) -> HttpResponse:
    """The list's page with cards instead of rows."""
    frame_of(state.user)  # asked for once: it knows week and currency of the company
    look_after_indexes(state)
    board = BoardQuery(state)
    columns: list[Column] = []
    sentence = ""
    try:
        with at_most(SECONDS):
            columns = board.columns()
    except TookTooLong:
        sentence = too_slow(state)
    heads = [column.head for column in columns]
    currency = company_for(state.user).base_currency
    number = sum(head.number for head in heads)
    context = {
        **frame_context(state, request, Total(number) if columns else None),
        "figures": _figures(state, board, heads, currency) if columns else None,
        "columns": _drawn(state, columns, currency),
        "is_empty": number == 0,
        "too_slow": sentence,
        "pipeline": board.pipeline,
        "pipelines": board.choices(),
        "tools_begin": "crm/deals/pipelines.html",
        "body": "crm/deals/board.html",
        "bar": FIGURES,
    }
    return render_page(request, "core/list/page.html", context, parts={"list": "list"})


def _figures(
    state: ListState, board: BoardQuery, heads: list[Head], currency: str
) -> dict[str, Any]:
    """What the open columns add up to, as far as it may be seen."""
    opened = [head for head in heads if head.stage.kind == StageKind.OPEN]
    stuck = board.stuck_condition
    sees = state.access.sees
    sums: dict[str, Any] = {"amount": None, "weighted": None, "closing": None}
    if sees("crm.deal.amount"):
        sums["amount"] = _sum(head.amount for head in opened)
        sums["closing"] = _sum(head.closing for head in opened)
        if sees("crm.deal.probability"):
            sums["weighted"] = _sum(head.weighted for head in opened)
    return {
        **sums,
        "number": sum(head.number for head in opened),
        "stuck": sum(head.stuck for head in opened),
        "stuck_url": address_with(state, stuck) if stuck is not None else "",
        "closing_url": address_with(state, CLOSING) if sees("crm.deal.close") else "",
        "currency": currency,
    }


def _sum(amounts: Iterable[Decimal]) -> int:
    return round(sum(amounts, Decimal(0)))


def _drawn(state: ListState, columns: list[Column], currency: str) -> list[dict[str, Any]]:
    drawer = Drawer(state.view)
    return [
        {
            "head": _head(state, column.head, place, currency),
            "cards": drawer.cards(column.lines, column.head.stage),
            "more_url": _more_url(state, column),
        }
        for place, column in enumerate(columns)
    ]


def _head(state: ListState, head: Head, place: int, currency: str) -> dict[str, Any]:
    """A column's head as it is drawn; sums that may not be seen are left out."""
    sees = state.access.sees
    sees_amount = sees("crm.deal.amount")
    is_open = head.stage.kind == StageKind.OPEN
    is_weighted = sees_amount and is_open and sees("crm.deal.probability")
    limit = {"limit": head.stage.wip_limit}
    return {
        **{name: getattr(head, name) for name in SHOWN},
        "days": head.days if is_open and sees("crm.deal.stage_entered") else None,
        "unrated": head.unrated if sees_amount else 0,
        "tone": _tone(head.stage, place),
        "title": str(head.stage),
        "is_open": is_open,
        "amount": money_short(head.amount, currency) if sees_amount else "",
        "exactly": money(head.amount, currency) if sees_amount else "",
        "weighted": money_short(head.weighted, currency) if is_weighted else "",
        "limit_words": _("The limit of this stage is %(limit)s.") % limit
        if head.stage.wip_limit
        else "",
    }


def _tone(stage: Stage, place: int) -> str:
    tones = {StageKind.WON: "d-ok", StageKind.LOST: "d-bad"}
    return tones.get(StageKind(stage.kind), DOTS[place % len(DOTS)])


def _more_url(state: ListState, column: Column) -> str:
    if not column.next_token:
        return ""
    query = state.query_with(stage=str(column.head.stage.pk), **{AFTER: column.next_token})
    return f"{reverse('deal_cards')}?{query}"


@requires("crm.deal.view")
def deal_cards(request: HttpRequest) -> HttpResponse:
    """The next cards of a column; without scripts the list of its deals."""
    state = ListState(DEALS, permissions.user_of(request), request.GET)
    wanted = id_in(request.GET.get("stage", "")) or 0
    stage = Stage.objects.in_use().select_related("pipeline").filter(pk=wanted).first()
    if not sees_board(state):
        raise Http404
    if stage is None:  # it was taken away meanwhile
        return leave_for(request, f"{reverse('deal_list')}?{state.query_in_shape(ListShape.BOARD)}")
    if not is_by_htmx(request):
        return redirect(f"{reverse('deal_list')}?{_stage_query(state, stage)}")
    column = BoardQuery(state).cards(stage, request.GET.get(AFTER, ""))
    cards = Drawer(state.view).cards(column.lines, stage)
    context = {"cards": cards, "more_url": _more_url(state, column)}
    return render(request, "crm/deals/cards.html", context)


def _stage_query(state: ListState, stage: Stage) -> str:
    """The same deals as a table."""
    query = QueryDict(address_with(state, Criterion("stage", "is", [stage.pk])), mutable=True)
    query["as"] = ListShape.TABLE
    return query.urlencode()


# -- moving ----------------------------------------------------------------------------------------


@requires("crm.deal.edit")
def deal_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a stage, say how a deal ended where it closes, and move it."""
    user = permissions.user_of(request)
    rows = Deal.objects.visible_to(user, "edit").select_related("stage__pipeline")
    deal = get_object_or_404(rows, pk=pk)
    if not permissions.access_of(user).edits("crm.deal.stage"):
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    wanted = id_in(given.get("stage", ""))
    stages = list(Stage.objects.in_use().filter(pipeline=deal.pipeline_id))
    stage = next((each for each in stages if each.pk == wanted), None)
    if request.method != "POST" and stage is None:  # the buttons of a deal's page name no stage
        stage = next((each for each in stages if each.kind == given.get("kind")), None)
    if stage is None:
        refusal = _("There is no such stage.") if request.method == "POST" else ""
        return _choose(request, deal, stages, refusal)
    form = _close_form(request, stage, user) if stage.kind != StageKind.OPEN else None
    if request.method != "POST":
        return _choose(request, deal, stages) if form is None else _ask(request, deal, stage, form)
    if form is not None and not form.is_valid():
        return _ask(request, deal, stage, form, status=UNPROCESSABLE)
    return _move(request, deal, stage, form)


def _choose(
    request: HttpRequest, deal: Deal, stages: list[Stage], refusal: str = ""
) -> HttpResponse:
    places = [stage.pk for stage in stages]
    here = places.index(deal.stage_id) if deal.stage_id in places else -1
    context = {
        **_dialog_context(request, deal),
        "stages": stages,
        "focus": places[(here + 1) % len(places)] if places else None,
        "refusal": refusal,
    }
    status = UNPROCESSABLE if refusal else 200
    return render_tool(request, _("Move to stage"), "crm/deals/move.html", context, status=status)


def _ask(
    request: HttpRequest, deal: Deal, stage: Stage, form: CloseForm, status: int = 200
) -> HttpResponse:
    name = deal.name_for(permissions.access_of(permissions.user_of(request)))
    pattern = _("Lost: %(name)s") if form.is_lost else _("Won: %(name)s")
    context = {
        **_dialog_context(request, deal),
        "stage": stage,
        "form": form,
        "submit": _("Mark as lost") if form.is_lost else _("Mark as won"),
    }
    title = pattern % {"name": name}
    return render_tool(request, title, "crm/deals/close.html", context, status=status)


def _dialog_context(request: HttpRequest, deal: Deal) -> dict[str, Any]:
    return {
        "deal": deal,
        "action": reverse("deal_move", args=[deal.pk]),
        "board": _address(request),
        "back": deal.get_absolute_url(),
    }


def _address(request: HttpRequest) -> str:
    """The address of the board that the deal is moved on; empty on the deal's own page."""
    given = request.POST.get("board") or request.GET.get("board") or ""
    return str(given)[:MOST_ADDRESS]


def _close_form(request: HttpRequest, stage: Stage, user: User) -> CloseForm:
    return CloseForm(
        request.POST if request.method == "POST" else None,
        stage=stage,
        reasons=reasons_for(stage.kind),
        competitors=competitors_offered(),
        may_name=permissions.access_of(user).edits("crm.deal.competitor"),
    )


def _move(request: HttpRequest, deal: Deal, stage: Stage, form: CloseForm | None) -> HttpResponse:
    user = permissions.user_of(request)
    seen = id_in(request.POST.get("seen", ""))
    ending = form.ending() if form else None
    before = deal.stage
    try:
        step = move_deal(
            deal=deal, stage=stage, by=user, at=timezone.now(), ending=ending, seen=seen
        )
    except Refused as refusal:
        # Whoever was quicker has moved it: what is there is shown.
        is_placed = isinstance(refusal, MovedMeanwhile)
        return _refused(request, deal, str(refusal), is_placed=is_placed)
    name = deal.name_for(permissions.access_of(user))
    text = _said(name, stage)
    undo = reverse("deal_unmove", args=[deal.pk, step.pk]) if step is not None else ""
    if not _address(request):
        messages.success(request, text, extra_tags=undo)
        return leave_for(request, deal.get_absolute_url())
    return _placed(request, deal, (before, stage), text, undo)


def _said(name: str, stage: Stage) -> str:
    words = {"name": name, "stage": str(stage)}
    if stage.kind == StageKind.WON:
        return _("%(name)s marked as won") % words
    if stage.kind == StageKind.LOST:
        return _("%(name)s marked as lost") % words
    return _("%(name)s moved to %(stage)s") % words


def _refused(request: HttpRequest, deal: Deal, sentence: str, *, is_placed: bool) -> HttpResponse:
    if not _address(request):
        messages.error(request, sentence)
        return leave_for(request, deal.get_absolute_url())
    before = deal.stage
    deal = Deal.objects.select_related("stage__pipeline").get(pk=deal.pk)
    stages = (before, deal.stage) if is_placed else (deal.stage, deal.stage)
    return _placed(request, deal, stages, sentence, "", is_bad=True)


def _placed(
    request: HttpRequest,
    deal: Deal,
    stages: tuple[Stage, Stage],
    text: str,
    undo: str,
    *,
    is_bad: bool = False,
) -> HttpResponse:
    """What the move changes of the board, and a toast that says it."""
    state = _state_of_board(request)
    board = BoardQuery(state)
    heads = board.heads()
    changed = {stage.pk for stage in stages}
    currency = base_currency()
    drawn = [
        _head(state, head, place, currency)
        for place, head in enumerate(heads)
        if head.stage.pk in changed
    ]
    over = next((h for h in heads if h.stage.pk == deal.stage_id and h.is_over), None)
    if over is not None and not is_bad:
        limit = {"stage": str(over.stage), "number": over.number, "limit": over.stage.wip_limit}
        more = _("%(stage)s now has %(number)s deals; its limit is %(limit)s.") % limit
        text = f"{text}. {more}"
    line = board.line(deal)
    drawer = Drawer(state.view)
    context = {
        "figures": _figures(state, board, heads, currency),
        "deal": deal,
        "heads": drawn,
        "card": drawer.card(line, deal.stage, is_swapped=True) if line else "",
        "tools_query": state.query_with(),
    }
    answer = render(request, "crm/deals/moved.html", context)
    placed = {"deal": deal.pk, "stage": deal.stage_id, "isBad": is_bad}
    return say(answer, text, undo=_with_board(request, undo), bad=is_bad, dealPlaced=placed)


def _with_board(request: HttpRequest, undo: str) -> str:
    if not undo:
        return ""
    query = QueryDict(mutable=True)
    query["board"] = _address(request)
    return f"{undo}?{query.urlencode()}"


def _state_of_board(request: HttpRequest) -> ListState:
    return ListState(DEALS, permissions.user_of(request), QueryDict(_address(request)))


@requires("crm.deal.edit")
@require_POST
def deal_unmove(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """Take a move back."""
    user = permissions.user_of(request)
    rows = Deal.objects.visible_to(user, "edit").select_related("stage__pipeline")
    deal = get_object_or_404(rows, pk=pk)
    found = get_object_or_404(StageChange, pk=step, deal=deal)
    before = deal.stage
    try:
        back = undo_move(step=found, by=user, at=timezone.now())
    except Refused as refusal:
        if not is_by_htmx(request) or not _address(request):
            raise
        return _refused(request, deal, str(refusal), is_placed=False)
    words = {"name": back.name_for(permissions.access_of(user)), "stage": str(back.stage)}
    text = _("%(name)s is back in %(stage)s") % words
    if is_by_htmx(request) and _address(request):
        return _placed(request, back, (before, back.stage), text, "")
    messages.success(request, text)
    return way_back(request)
