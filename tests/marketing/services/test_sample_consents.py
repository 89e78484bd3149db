"""The sample company's contacts have consents with sources, some withdrawn, a few addresses shut out."""

from datetime import timedelta

import pytest

from core.models import Installation, SampleData
from core.models.sample_data import COMPANY
from crm.services.sample.removal import clear_ground
from marketing.models import Consent, ConsentEvent, MarketingOptions, Purpose, Suppression, WebForm
from marketing.services.sample_consents import SEEDS, make_sample_consents
from tests.factories import ContactFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def test_consents_are_made_once() -> None:
    assert make_sample_consents(as_of=NOW) == 0
    SampleData.objects.create(pk=1, day=NOW.date())
    made = ContactFactory.create_batch(60, is_sample=True, created_at=NOW - timedelta(days=90))
    own = ContactFactory()
    assert make_sample_consents(as_of=NOW) > len(made)
    assert make_sample_consents(as_of=NOW) == 0
    assert Purpose.objects.count() == len(SEEDS)
    states = set(Consent.objects.values_list("state", flat=True))
    assert states == {"granted", "pending", "withdrawn"}
    assert ConsentEvent.objects.count() > Consent.objects.count()
    assert not Consent.objects.filter(at__gt=NOW).exists()
    assert not Consent.objects.filter(contact=own).exists()
    assert Suppression.objects.count() == 12
    form = WebForm.objects.get()
    assert form.is_sample
    assert form.purposes.count() == 1


def sample(name: str, **options: str) -> MarketingOptions:
    """The options of marketing once a sample company of this name has its consents."""
    Installation.objects.update_or_create(pk=1, defaults={"name": name})
    SampleData.objects.create(pk=1, day=NOW.date())
    if options:
        MarketingOptions.objects.create(pk=1, **options)
    ContactFactory(is_sample=True)
    make_sample_consents(as_of=NOW)
    return MarketingOptions.objects.get()


def test_letters_of_the_sample_company_are_from_it_until_it_is_removed() -> None:
    said = sample(COMPANY)
    assert (said.sender_name, said.sender_address) == (COMPANY, "news@helioptic.example")
    MarketingOptions.objects.update(sender_name="Helioptic Service")
    clear_ground(by=None)
    said = MarketingOptions.objects.get()
    assert (said.sender_name, said.sender_address) == ("Helioptic Service", "")


def test_the_sender_of_a_real_company_is_its_own() -> None:
    said = sample(COMPANY, sender_address="us@real.example")
    assert (said.sender_name, said.sender_address) == ("", "us@real.example")
    clear_ground(by=None)
    assert MarketingOptions.objects.get().sender_address == "us@real.example"


def test_a_company_with_a_name_of_its_own_gets_no_sender() -> None:
    assert sample("Real Ltd").sender_address == ""
