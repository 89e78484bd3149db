"""Bounces, complaints and the suppression list."""

import pytest

from core.errors import Refused
from core.models import AuditEvent, User
from marketing.models import Consent, DeliveryProblem, MarketingOptions, Suppression
from marketing.services.bounces import note_bounce, note_complaint
from marketing.services.suppressions import add_suppressions, addresses_in, remove_suppressions
from tests.factories import ConsentFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db
ADA = "Ada@Example.org"


def test_a_hard_bounce_shuts_the_address_out_once() -> None:
    assert note_bounce(address=ADA, kind="hard", key="<1@x>", at=NOW, detail="550") == "suppress"
    assert note_bounce(address=ADA, kind="hard", key="<1@x>", at=NOW) == "none"
    row = Suppression.objects.get()
    assert (row.address_key, row.reason, row.detail) == ("ada@example.org", "hard", "550")
    assert DeliveryProblem.objects.count() == 1


def test_soft_bounces_are_noted_until_the_policy_says_more() -> None:
    for key in "abc":
        assert note_bounce(address=ADA, kind="soft", key=key, at=NOW) == "none"
    assert not Suppression.objects.exists()
    MarketingOptions.objects.create(pk=1, soft_policy="suppress", soft_after=4)
    assert note_bounce(address=ADA, kind="soft", key="d", at=NOW) == "suppress"
    assert Suppression.objects.get().reason == "soft"


def test_a_complaint_withdraws_everything() -> None:
    consent = ConsentFactory(contact__email=ADA)
    assert note_complaint(address=ADA, key="1", at=NOW) == "withdraw"
    consent.refresh_from_db()
    assert (consent.state, consent.source) == ("withdrawn", "complaint")
    assert Suppression.objects.get().reason == "complaint"
    assert Consent.objects.count() == 1


def test_a_person_adds_and_removes_with_a_reason(marketing: User, sales: User) -> None:
    keys = addresses_in("Ada@example.org, eve@example.org\neve@example.org")
    assert add_suppressions(addresses=keys, detail="Asked by phone", by=marketing, at=NOW) == 2
    assert add_suppressions(addresses=keys, detail="Asked by phone", by=marketing, at=NOW) == 0
    with pytest.raises(Refused):
        add_suppressions(addresses=keys, detail=" ", by=marketing, at=NOW)
    pks = Suppression.objects.values_list("pk", flat=True)
    with pytest.raises(Refused):
        remove_suppressions(pks=pks, reason="", by=marketing, at=NOW)
    assert remove_suppressions(pks=list(pks), reason="New owner", by=marketing, at=NOW) == 2
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["suppression.add", "suppression.remove", "suppression.remove"]


@pytest.mark.parametrize("text", ["", "nobody", "a@b.de, nobody"])
def test_a_list_with_something_else_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        addresses_in(text)
