"""Deals through the API: the board in figures, moves with what was seen, endings with competitors."""

from decimal import Decimal

import pytest

from core.choices import Reach
from crm.models import CloseReason, Deal, Stage
from tests.core.api.callers import Caller
from tests.factories import CompetitorFactory, DealFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

GRANTS = {"crm.deal.view": Reach.ALL, "crm.deal.edit": Reach.ALL}


def caller(**role: list[str]) -> Caller:
    return Caller(UserFactory(name="Ann", roles=[RoleFactory(grants=GRANTS, **role)]))


def stage(name: str) -> Stage:
    return Stage.objects.select_related("pipeline").get(name=name)


def test_board_is_told_in_figures() -> None:
    DealFactory(stage=stage("Proposal"), amount=100, base_amount=Decimal(100), currency="EUR")
    DealFactory(stage=stage("Proposal"), amount=9, base_amount=None, currency="JPY")
    told = caller().get("deal-board/").json()
    assert (told["pipeline"], told["currency"]) == (stage("Proposal").pipeline_id, "EUR")
    found = {column["name"]: column for column in told["columns"]}
    assert list(found) == ["Qualified", "Discovery", "Proposal", "Negotiation", "Won", "Lost"]
    proposal = found["Proposal"]
    assert (proposal["deals"], proposal["amount"], proposal["weighted"]) == (2, "100.00", "50.00")
    assert proposal["without_rate"] == 1


def test_board_takes_conditions() -> None:
    DealFactory(stage=stage("Proposal"), base_amount=Decimal(5))
    told = caller().get("deal-board/?if=amount:at_least:100").json()
    assert sum(column["deals"] for column in told["columns"]) == 0


def test_hidden_values_are_not_told_and_without_stages_there_is_no_board() -> None:
    DealFactory(stage=stage("Proposal"), base_amount=Decimal(5))
    told = caller(hides=["crm.deal.amount"]).get("deal-board/").json()
    assert {column["amount"] for column in told["columns"]} == {None}
    assert {column["weighted"] for column in told["columns"]} == {None}
    assert caller(hides=["crm.deal.stage"]).get("deal-board/").status_code == 403


def test_whoever_saw_another_stage_moves_nothing() -> None:
    deal = DealFactory(stage=stage("Discovery"))
    ann = caller()
    given = {"stage": stage("Proposal").pk, "seen": stage("Qualified").pk}
    answer = ann.post(f"deals/{deal.pk}/move/", given)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:renmai:problem:in-conflict")
    assert Deal.objects.get(pk=deal.pk).stage == stage("Discovery")
    given["seen"] = stage("Discovery").pk
    assert ann.post(f"deals/{deal.pk}/move/", given).status_code == 200
    assert Deal.objects.get(pk=deal.pk).stage == stage("Proposal")
    assert ann.post(f"deals/{deal.pk}/move/", {**given, "seen": "x"}).status_code == 422


def test_deal_is_lost_and_won_with_a_competitor() -> None:
    deal, rival = DealFactory(stage=stage("Discovery")), CompetitorFactory()
    ann = caller()
    given = {"reason": "Price", "competitor": rival.pk}
    assert ann.post(f"deals/{deal.pk}/lose/", given).status_code == 200
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.lost_reason, stored.competitor, stored.status) == ("Price", rival, "lost")
    assert ann.post(f"deals/{deal.pk}/win/", {"reason": "They like us"}).status_code == 200
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.won_reason, stored.lost_reason, stored.competitor) == (
        "They like us",
        "",
        rival,
    )
    assert ann.get(f"deals/{deal.pk}/").json()["won_reason"] == "They like us"


def test_deal_is_won_without_a_word() -> None:
    deal = DealFactory(stage=stage("Discovery"))
    assert caller().post(f"deals/{deal.pk}/win/").status_code == 200
    assert Deal.objects.get(pk=deal.pk).status == "won"


def test_unknown_competitor_and_locked_field_are_refused() -> None:
    deal = DealFactory(stage=stage("Discovery"))
    answer = caller().post(f"deals/{deal.pk}/lose/", {"reason": "x", "competitor": 99_999})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["competitor"])
    given = {"reason": "x", "competitor": CompetitorFactory().pk}
    locked = caller(hides=["crm.deal.competitor"])
    assert locked.post(f"deals/{deal.pk}/lose/", given).status_code == 403
    assert Deal.objects.get(pk=deal.pk).is_open


def test_what_is_offered_is_listed() -> None:
    CloseReason.objects.filter(name="Price", kind="lost").update(is_archived=True)
    CompetitorFactory(name="Cognalux")
    CompetitorFactory(name="Gone", is_archived=True)
    ann = caller()
    reasons = [(row["kind"], row["name"]) for row in ann.get("close-reasons/").json()["results"]]
    assert ("won", "Price") in reasons
    assert ("lost", "Price") not in reasons
    assert [row["name"] for row in ann.get("competitors/").json()["results"]] == ["Cognalux"]
