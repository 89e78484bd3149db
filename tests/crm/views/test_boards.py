"""The board of deals: columns, sums, cards page by page, moves, undo, two people, rights, few queries."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import FieldAccess, Reach
from core.conditions import Criterion, to_parameter
from core.models import AuditEvent, Installation, SavedView, User
from core.time_limits import TookTooLong
from crm.models import CloseReason, Competitor, Deal, Pipeline, Stage, StageChange
from crm.queries.boards import PER_COLUMN, BoardQuery
from crm.services.deals import move_deal, save_deal
from crm.services.pipelines import StageDraft, make_pipeline
from tests.factories import CustomFieldFactory, DealFactory, RoleFactory, UserFactory
from tests.factories.core import add_rules

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
BOARD = "/deals/?as=board"
HTMX = {"HTTP_HX_REQUEST": "true"}
ON_BOARD = {"board": "as=board"}


def stage(name: str) -> Stage:
    return Stage.objects.select_related("pipeline").get(name=name, pipeline__name="New business")


def deal_in(where: str, **fields: Any) -> Deal:
    return DealFactory(stage=stage(where), stage_entered_at=timezone.now(), **fields)


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def heads(client: Client, address: str = BOARD) -> dict[str, dict[str, Any]]:
    columns = client.get(address).context["columns"]
    return {str(column["head"]["stage"]): column["head"] for column in columns}


def events(answer: Any) -> dict[str, Any]:
    return json.loads(answer["HX-Trigger"])


# -- what stands on it -----------------------------------------------------------------------------


def test_columns_are_the_stages_with_number_sum_and_weighted_sum(client: Client) -> None:
    deal_in("Proposal", amount=100, base_amount=100, currency="EUR")
    deal_in("Proposal", amount=300, base_amount=Decimal(200), currency="USD", probability=80)
    found = heads(client)
    assert list(found) == ["Qualified", "Discovery", "Proposal", "Negotiation", "Won", "Lost"]
    head = found["Proposal"]
    assert (head["number"], head["amount"], head["weighted"]) == (2, "€300", "€210")
    assert found["Qualified"]["number"] == 0


def test_deals_without_a_rate_are_told_beside_the_sum(client: Client) -> None:
    deal_in("Proposal", amount=100, base_amount=None, currency="JPY")
    head = heads(client)["Proposal"]
    assert (head["number"], head["amount"], head["unrated"]) == (1, "€0", 1)


def test_median_of_days_is_the_middle_one(client: Client) -> None:
    now = timezone.now()
    for days in (2, 9, 30):
        DealFactory(stage=stage("Proposal"), stage_entered_at=now - timedelta(days, minutes=5))
    assert heads(client)["Proposal"]["days"] == 9


def test_closed_deals_are_those_of_this_month(client: Client) -> None:
    now = timezone.now()
    deal_in("Won", closed_at=now, base_amount=5)
    deal_in("Won", closed_at=now - timedelta(days=40), base_amount=7)
    page = client.get(BOARD)
    assert heads(client)["Won"]["amount"] == "€5"
    assert page.content.decode().count('data-deal="') == 1


def test_stuck_deals_are_counted_as_the_stage_says_and_lead_to_themselves(client: Client) -> None:
    now = timezone.now()
    Stage.objects.filter(pk=stage("Proposal").pk).update(rotting_days=10)
    deal_in("Proposal", name="Idle", touched_at=now - timedelta(days=11))
    deal_in("Proposal", name="Never", touched_at=None, created_at=now - timedelta(days=12))
    deal_in("Proposal", name="Fresh", touched_at=now - timedelta(days=9))
    page = client.get(BOARD)
    figures = page.context["figures"]
    assert figures["stuck"] == 2
    assert page.content.decode().count("d idle") == 2
    assert "11 d idle" in page.content.decode()
    narrowed = client.get(f"/deals/?{figures['stuck_url']}").content.decode()
    assert "Idle" in narrowed
    assert "Never" in narrowed
    assert "Fresh" not in narrowed


def test_deal_that_is_too_long_in_its_stage_is_slow(client: Client) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(slow_days=20, rotting_days=0)
    now = timezone.now()
    DealFactory(stage=stage("Proposal"), stage_entered_at=now - timedelta(days=21, hours=1))
    DealFactory(stage=stage("Proposal"), stage_entered_at=now - timedelta(days=20, hours=1))
    page = client.get(BOARD).content.decode()
    assert "21 d here" in page
    assert "20 d here" not in page


def test_limit_of_a_stage_is_told_in_its_head(client: Client) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(wip_limit=1)
    deal_in("Proposal")
    assert not heads(client)["Proposal"]["is_over"]
    deal_in("Proposal")
    head = heads(client)["Proposal"]
    assert head["is_over"]
    assert head["limit_words"] == "The limit of this stage is 1."


@pytest.mark.parametrize("sort", ["close", "-close", "company", "custom.lines", "-amount"])
def test_cards_come_page_by_page_each_once(client: Client, sort: str) -> None:
    """Whatever the order, also where values are missing or those of an added field."""
    CustomFieldFactory(object_type="crm.deal", key="lines", type="number")
    day = timezone.localdate()
    for number in range(PER_COLUMN * 2 + 3):
        given = {"close_on": day + timedelta(number // 2), "base_amount": number % 5, "amount": 1}
        deal_in("Qualified", custom={"lines": number % 7}, **given)
    deal_in("Qualified", close_on=None, base_amount=None, company=None)
    seen: list[int] = []
    page = client.get(f"{BOARD}&sort={sort}")
    [column] = [c for c in page.context["columns"] if c["head"]["number"]]
    text, url = str(column["cards"]), column["more_url"]
    while True:
        seen += [int(part.split('"')[0]) for part in text.split('data-deal="')[1:]]
        if not url:
            break
        answer = client.get(url, **HTMX)
        text = answer.content.decode()
        url = answer.context["more_url"]
    listed = urlencode({"if": to_parameter(Criterion("status", "is", ["open"])), "sort": sort})
    rows = client.get(f"/deals/?{listed}").context["lines"]
    assert seen == [line.row.pk for line in rows]


def test_more_cards_without_scripts_are_the_list(client: Client) -> None:
    answer = client.get(f"/deals/cards/?as=board&stage={stage('Qualified').pk}")
    assert answer.status_code == 302
    assert "as=table" in answer.url
    assert client.get(answer.url).status_code == 200


def test_filters_and_words_of_the_list_hold_on_the_board(client: Client) -> None:
    deal_in("Proposal", name="Small", base_amount=5, amount=5)
    deal_in("Proposal", name="Large", base_amount=500, amount=500)
    condition = to_parameter(Criterion("amount", "at_least", 100))
    query = urlencode({"as": "board", "if": condition})
    page = client.get(f"/deals/?{query}").content.decode()
    assert "Large" in page
    assert "Small" not in page
    assert heads(client, f"/deals/?{query}")["Proposal"]["number"] == 1


def test_board_without_a_hit_says_so(client: Client) -> None:
    deal_in("Proposal", base_amount=5)
    query = urlencode({"as": "board", "if": to_parameter(Criterion("amount", "at_least", 100))})
    assert "Nothing found" in client.get(f"/deals/?{query}").content.decode()


def test_board_that_takes_too_long_says_what_to_do(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_board: BoardQuery) -> None:
        raise TookTooLong

    monkeypatch.setattr(BoardQuery, "columns", stopped)
    page = client.get(BOARD)
    assert "This board took too long" in page.content.decode()
    assert page.context["figures"] is None


def test_board_without_a_pipeline_says_so(client: Client) -> None:
    Pipeline.objects.all().delete()
    assert "No pipeline yet" in client.get(BOARD).content.decode()


def test_another_pipeline_is_shown_when_a_filter_names_it(client: Client) -> None:
    drafts = [
        StageDraft("Asked"),
        StageDraft("Renewed", "won", probability=100),
        StageDraft("Ended", "lost"),
    ]
    other = make_pipeline(name="Renewals", stages=drafts)
    pipelines = {str(row): address for row, address in client.get(BOARD).context["pipelines"]}
    assert set(pipelines) == {"New business", "Renewals"}
    page = client.get(f"/deals/?{pipelines['Renewals']}")
    assert [str(c["head"]["stage"]) for c in page.context["columns"]] == [
        "Asked",
        "Renewed",
        "Ended",
    ]
    Pipeline.objects.filter(pk=other.pk).update(is_archived=True)
    assert [str(row) for row, _address in client.get(BOARD).context["pipelines"]] == [
        "New business"
    ]


def test_saved_view_keeps_shape_and_card_fields(client: Client, administrator: User) -> None:
    client.post(
        "/lists/crm.deal/views/new/"
        if False
        else reverse("view_create", args=["crm.deal"]) + "?as=board&columns=amount,kind",
        {"name": "Mine", "sharing": "private"},
    )
    view = SavedView.objects.get(owner=administrator)
    assert (view.shape, view.columns) == ("board", ["amount", "kind"])
    deal_in("Proposal", amount=5, base_amount=5, next_step="Call them")
    page = client.get(f"/deals/?view={view.pk}")
    assert "columns" in page.context
    text = page.content.decode()
    assert "New business" in text
    assert "Call them" not in text
    # The same view as a table has the columns of tables.
    table = client.get(f"/deals/?view={view.pk}&as=table")
    assert [head["column"].key for head in table.context["heads"]][:3] == [
        "name",
        "company",
        "stage",
    ]


def test_tabs_keep_the_shape(client: Client) -> None:
    tabs = client.get(BOARD).context["tabs"]
    assert all("as=board" in tab["url"] for tab in tabs)
    assert not any("as=board" in tab["url"] for tab in client.get("/deals/").context["tabs"])


# -- moving ----------------------------------------------------------------------------------------


def move(client: Client, deal: Deal, to: str, **more: Any) -> Any:
    given = {"stage": stage(to).pk, "seen": deal.stage_id, **ON_BOARD, **more}
    return client.post(reverse("deal_move", args=[deal.pk]), given, **HTMX)


def test_move_answers_with_card_heads_and_a_way_back(client: Client) -> None:
    deal = deal_in("Qualified", name="Press", amount=10, base_amount=10)
    answer = move(client, deal, "Proposal")
    text = answer.content.decode()
    assert Deal.objects.get(pk=deal.pk).stage == stage("Proposal")
    assert f'id="deal-{deal.pk}"' in text
    assert text.count('hx-swap-oob="true"') == 4  # two heads, the card, the figures
    told = events(answer)
    assert told["toast"]["text"] == "Press moved to Proposal"
    assert told["dealPlaced"] == {"deal": deal.pk, "stage": stage("Proposal").pk, "isBad": False}
    back = client.post(told["toast"]["undo"], **HTMX)
    assert events(back)["dealPlaced"]["stage"] == stage("Qualified").pk
    assert Deal.objects.get(pk=deal.pk).stage == stage("Qualified")


def test_card_that_leaves_the_filter_leaves_the_board(client: Client) -> None:
    deal = deal_in("Qualified")
    condition = to_parameter(Criterion("stage", "is", [stage("Qualified").pk]))
    answer = move(client, deal, "Proposal", board=urlencode({"as": "board", "if": condition}))
    assert f'<li id="deal-{deal.pk}" hx-swap-oob="delete">' in answer.content.decode()


def test_second_of_two_people_is_told_and_sees_what_is(client: Client, sales: User) -> None:
    deal = deal_in("Qualified", owner=sales)
    move_deal(
        deal=Deal.objects.get(pk=deal.pk), stage=stage("Proposal"), by=sales, at=timezone.now()
    )
    answer = move(client, deal, "Discovery")
    told = events(answer)
    assert told["toast"]["bad"]
    assert told["toast"]["text"].startswith(
        f"{sales.display_name} has moved this deal to “Proposal”"
    )
    assert told["dealPlaced"]["stage"] == stage("Proposal").pk
    assert f'data-stage="{stage("Proposal").pk}"' in answer.content.decode()
    assert Deal.objects.get(pk=deal.pk).stage == stage("Proposal")


def test_limit_is_told_not_forbidden(client: Client) -> None:
    Stage.objects.filter(pk=stage("Proposal").pk).update(wip_limit=1)
    deal_in("Proposal")
    deal = deal_in("Qualified", name="Press")
    text = events(move(client, deal, "Proposal"))["toast"]["text"]
    assert text == "Press moved to Proposal. Proposal now has 2 deals; its limit is 1."
    assert Deal.objects.get(pk=deal.pk).stage == stage("Proposal")


def test_lost_deal_is_asked_why(client: Client) -> None:
    deal = deal_in("Qualified")
    CloseReason.objects.create(kind="lost", name="Too late for us")
    rival = Competitor.objects.create(name="Cognalux")
    question = client.get(
        reverse("deal_move", args=[deal.pk]), {"stage": stage("Lost").pk, **ON_BOARD}, **HTMX
    ).content.decode()
    assert "Too late for us" in question
    assert "Cognalux" in question
    refused = move(client, deal, "Lost")
    assert refused.status_code == 422
    assert "Say why the deal is lost." in refused.content.decode()
    assert Deal.objects.get(pk=deal.pk).is_open
    given = {"reason": "Too late for us", "words": "two weeks", "competitor": str(rival.pk)}
    answer = move(client, deal, "Lost", **given)
    assert events(answer)["toast"]["text"].endswith("marked as lost")
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.lost_reason, stored.competitor) == ("Too late for us: two weeks", rival)


def test_deal_is_won_with_or_without_a_reason(client: Client) -> None:
    one, other = deal_in("Qualified"), deal_in("Qualified")
    move(client, one, "Won")
    move(client, other, "Won", reason="other", words="They like us")
    assert Deal.objects.get(pk=one.pk).won_reason == ""
    assert Deal.objects.get(pk=other.pk).won_reason == "They like us"
    back = Deal.objects.get(pk=other.pk)
    move(client, back, "Proposal")
    assert Deal.objects.get(pk=other.pk).won_reason == ""


def test_undo_brings_everything_back_and_leaves_no_step(
    client: Client, administrator: User
) -> None:
    entered = timezone.now() - timedelta(days=9)
    deal = save_deal(
        deal=Deal(name="Press", stage=stage("Qualified")), by=administrator, at=entered
    )
    Deal.objects.filter(pk=deal.pk).update(touched_at=entered)
    undo = events(move(client, deal, "Lost", reason="other", words="Price"))["toast"]["undo"]
    client.post(undo, **HTMX)
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.status, stored.lost_reason, stored.closed_at) == ("open", "", None)
    assert (stored.stage_entered_at, stored.touched_at) == (entered, entered)
    assert StageChange.objects.filter(deal=deal).count() == 1
    actions = AuditEvent.objects.filter(object_id=deal.pk, object_type="crm.deal")
    assert [event.action for event in actions.order_by("pk")][-2:] == ["move", "move.undo"]


def test_undo_is_refused_once_somebody_moved_it_again(client: Client, sales: User) -> None:
    deal = deal_in("Qualified", owner=sales)
    undo = events(move(client, deal, "Discovery"))["toast"]["undo"]
    move_deal(
        deal=Deal.objects.get(pk=deal.pk), stage=stage("Proposal"), by=sales, at=timezone.now()
    )
    answer = client.post(undo, **HTMX)
    assert "It stays where it is" in events(answer)["toast"]["text"]
    assert Deal.objects.get(pk=deal.pk).stage == stage("Proposal")


def test_undo_is_only_for_whoever_moved(client: Client, log_in: LogIn) -> None:
    deal = deal_in("Qualified")
    undo = events(move(client, deal, "Discovery"))["toast"]["undo"]
    log_in(UserFactory(role="administrator")).post(undo, **HTMX)
    assert Deal.objects.get(pk=deal.pk).stage == stage("Discovery")


def test_undo_leaves_a_later_touch(client: Client) -> None:
    deal = deal_in("Qualified", touched_at=timezone.now() - timedelta(days=9))
    undo = events(move(client, deal, "Discovery"))["toast"]["undo"]
    later = timezone.now() + timedelta(minutes=1)
    Deal.objects.filter(pk=deal.pk).update(touched_at=later)
    client.post(undo, **HTMX)
    assert Deal.objects.get(pk=deal.pk).touched_at == later


def test_move_works_without_scripts(client: Client) -> None:
    deal = deal_in("Qualified", name="Press")
    url = reverse("deal_move", args=[deal.pk])
    assert "stands here" in client.get(url).content.decode()
    given = {"stage": stage("Proposal").pk, "seen": deal.stage_id}
    answer = client.post(url, given, follow=True)
    assert answer.redirect_chain[-1][0] == f"/deals/{deal.pk}/"
    assert "Press moved to Proposal" in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "x", "99999999", "-1"])
def test_stage_that_is_none_is_refused(client: Client, wanted: str) -> None:
    deal = deal_in("Qualified")
    answer = client.post(reverse("deal_move", args=[deal.pk]), {"stage": wanted, **ON_BOARD})
    assert answer.status_code == 422
    assert "There is no such stage." in answer.content.decode()


def test_stage_of_another_pipeline_is_refused(client: Client) -> None:
    drafts = [StageDraft("Asked"), StageDraft("Yes", "won"), StageDraft("No", "lost")]
    other = make_pipeline(name="Renewals", stages=drafts)
    deal = deal_in("Qualified")
    given = {"stage": other.stages.first().pk, **ON_BOARD}
    assert client.post(reverse("deal_move", args=[deal.pk]), given).status_code == 422


# -- rights ----------------------------------------------------------------------------------------


def test_others_deals_are_neither_seen_nor_counted(sales: User, log_in: LogIn) -> None:
    deal_in("Proposal", name="Theirs", owner=UserFactory(role="sales"), base_amount=10)
    mine = deal_in("Proposal", name="Ours", owner=sales, team=sales.team, base_amount=7)
    client = log_in(sales)
    page = client.get(BOARD).content.decode()
    assert "Ours" in page
    assert "Theirs" not in page
    assert heads(client)["Proposal"]["number"] == 1
    foreign = Deal.objects.exclude(pk=mine.pk).get()
    assert move(client, foreign, "Discovery").status_code == 404


def test_hidden_value_has_no_sums_and_hidden_stage_no_board(sales: User, log_in: LogIn) -> None:
    deal_in("Proposal", owner=sales, team=sales.team, amount=77_777, base_amount=77_777)
    add_rules(sales.roles.get(), ["crm.deal.amount"], FieldAccess.NONE)
    client = log_in(User.objects.get(pk=sales.pk))
    page = client.get(BOARD)
    assert [column["head"]["amount"] for column in page.context["columns"]] == [""] * 6
    assert page.context["figures"]["amount"] is None
    assert "77,777" not in page.content.decode()
    add_rules(sales.roles.get(), ["crm.deal.stage"], FieldAccess.NONE)
    client = log_in(User.objects.get(pk=sales.pk))
    assert "heads" in client.get(BOARD).context
    cards = client.get(f"/deals/cards/?stage={stage('Proposal').pk}", **HTMX)
    assert cards.status_code == 404


def test_who_may_not_move_has_no_handle(log_in: LogIn) -> None:
    viewer = UserFactory()
    viewer.roles.add(RoleFactory(grants={"crm.deal.view": Reach.ALL}))
    deal = deal_in("Proposal")
    client = log_in(viewer)
    page = client.get(BOARD).content.decode()
    assert 'data-move=""' in page
    assert "kb-mover" not in page
    assert move(client, deal, "Discovery").status_code == 403


# -- how much it asks ------------------------------------------------------------------------------


def test_board_asks_as_often_for_many_cards_as_for_one(client: Client) -> None:
    counts = []
    for _round in range(3):
        for name in ("Qualified", "Discovery", "Proposal", "Negotiation"):
            for _number in range(PER_COLUMN // 2):
                deal_in(name, close_on=timezone.localdate(), amount=3, base_amount=3)
        client.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            client.get(BOARD)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] <= 20


def test_sums_follow_the_base_currency(client: Client) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"base_currency": "CNY"})
    deal_in("Proposal", amount=20_000, base_amount=20_000, currency="CNY")
    assert heads(client)["Proposal"]["amount"] == "¥20.0 k"


def test_board_asks_at_most_15_times(client: Client) -> None:
    for where in ("Qualified", "Proposal", "Won", "Lost"):
        for _deal in range(3):
            deal_in(where, closed_at=timezone.now())
    client.get(BOARD)
    with CaptureQueriesContext(connection) as queries:
        client.get(BOARD)
    assert len(queries) <= 15


# -- the competitor in the form of a deal -------------------------------------------------------------


def test_form_of_a_deal_takes_the_competitor(client: Client) -> None:
    rival, old = (Competitor.objects.create(name=name) for name in ("Acme", "Old"))
    deal = deal_in("Proposal", competitor=old)
    Competitor.objects.filter(pk=old.pk).update(is_archived=True)
    page = client.get(f"/deals/{deal.pk}/edit/").content.decode()
    assert f'<option value="{old.pk}" selected>Old</option>' in page
    assert client.post(f"/deals/{deal.pk}/edit/", {"competitor": rival.pk}).status_code == 302
    deal.refresh_from_db()
    assert deal.competitor == rival
    assert "Old" not in client.get(f"/deals/{deal.pk}/edit/").content.decode()
    refused = client.post(f"/deals/{deal.pk}/edit/", {"competitor": old.pk})
    assert refused.status_code == 422
    client.post(f"/deals/{deal.pk}/edit/", {"competitor": ""})
    deal.refresh_from_db()
    assert deal.competitor is None
    event = AuditEvent.objects.filter(object_type="crm.deal", object_id=deal.pk).latest("pk")
    assert event.changes["competitor"] == [rival.pk, None]


def test_form_without_competitors_asks_for_none(client: Client) -> None:
    deal = deal_in("Proposal")
    assert 'name="competitor"' not in client.get(f"/deals/{deal.pk}/edit/").content.decode()


def test_closed_columns_keep_their_sums_beyond_the_first_cards(client: Client) -> None:
    for place in range(PER_COLUMN + 3):
        deal_in("Won", closed_at=timezone.now(), base_amount=place + 1)
    deal_in("Lost", closed_at=timezone.now(), amount=5, base_amount=None, currency="JPY")
    found = heads(client)
    assert (found["Won"]["number"], found["Won"]["amount"]) == (PER_COLUMN + 3, "€66")
    assert (found["Lost"]["number"], found["Lost"]["unrated"]) == (1, 1)
