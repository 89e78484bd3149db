"""Reasons for closing and competitors: added, renamed, ordered, archived; what deals say stays."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from core.models import AuditEvent, User
from crm.models import CloseReason, Competitor
from crm.queries.closing import competitors_offered, reasons_for
from crm.services import closing
from crm.services.closing import save_competitor, save_reason, set_offered
from tests.factories import CloseReasonFactory, CompetitorFactory, DealFactory, StageFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


def names(kind: str) -> list[str]:
    return [str(reason) for reason in reasons_for(kind)]


def test_product_comes_with_reasons() -> None:
    assert names("lost")[:2] == ["Price", "No budget"]
    assert "They know us" in names("won")


def test_reasons_are_added_renamed_and_ordered(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    CloseReason.objects.all().delete()
    for name in ("Late", "Dear"):
        client.post(reverse("reason_create", args=["lost"]), {"name": name})
    assert names("lost") == ["Late", "Dear"]
    dear = CloseReason.objects.get(name="Dear")
    client.post(reverse("reason_edit", args=[dear.pk]), {"name": "Too dear"})
    client.post(reverse("reason_move", args=[dear.pk]), {"way": "up"})
    assert names("lost") == ["Too dear", "Late"]
    client.post(reverse("reason_offer", args=[dear.pk]))
    assert names("lost") == ["Late"]
    page = client.get(reverse("closing_list")).content.decode()
    assert "Too dear" in page
    client.post(reverse("reason_offer", args=[dear.pk]), {"back": "1"})
    assert set(names("lost")) == {"Too dear", "Late"}
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"reason.create", "reason.change", "reason.archive", "reason.restore"} <= actions


def test_reason_is_for_winning_or_losing_only(administrator: User, log_in: LogIn) -> None:
    assert log_in(administrator).get(reverse("reason_create", args=["open"])).status_code == 404
    with pytest.raises(Refused, match="winning, for losing"):
        save_reason(reason=CloseReason(kind="open", name="x"), by=administrator)


def test_same_reason_may_stand_on_both_lists_but_once_on_each(administrator: User) -> None:
    CloseReason.objects.all().delete()
    save_reason(reason=CloseReason(kind="lost", name=" Their   choice "), by=administrator)
    save_reason(reason=CloseReason(kind="won", name="Their choice"), by=administrator)
    with pytest.raises(Refused, match="a reason “their CHOICE” already"):
        save_reason(reason=CloseReason(kind="lost", name="their CHOICE"), by=administrator)
    with pytest.raises(Refused, match="Give it a name"):
        save_reason(reason=CloseReason(kind="lost", name="  "), by=administrator)


def test_renamed_reason_leaves_what_deals_say(administrator: User) -> None:
    reason = CloseReasonFactory(name="Price war")
    deal = DealFactory(stage=StageFactory(kind="lost"), lost_reason="Price war")
    reason.name = "Fight over prices"
    save_reason(reason=reason, by=administrator)
    deal.refresh_from_db()
    assert deal.lost_reason == "Price war"


def test_competitor_is_renamed_for_all_deals_and_archived_for_new_ones(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    client.post(reverse("competitor_create"), {"name": "Cognalux"})
    rival = Competitor.objects.get(name="Cognalux")
    deal = DealFactory(competitor=rival)
    client.post(reverse("competitor_edit", args=[rival.pk]), {"name": "Cognalux AG"})
    deal.refresh_from_db()
    assert str(deal.competitor) == "Cognalux AG"
    client.post(reverse("competitor_offer", args=[rival.pk]))
    assert competitors_offered() == []
    deal.refresh_from_db()
    assert deal.competitor is not None
    answer = client.post(reverse("competitor_create"), {"name": "cognalux ag"})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()


def test_there_is_a_limit(administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    CompetitorFactory()
    monkeypatch.setattr(closing, "MOST", 1)
    with pytest.raises(Refused, match="up to 1"):
        save_competitor(competitor=Competitor(name="One more"), by=administrator)


def test_only_who_manages_pipelines_may_change_them(sales: User) -> None:
    rival = CompetitorFactory()
    with pytest.raises(PermissionDenied):
        set_offered(row=rival, is_offered=False, by=sales)
