"""The sample company's contacts have consents with sources, some withdrawn, a few addresses shut out."""

from datetime import timedelta

import pytest

from core.models import SampleData
from marketing.models import Consent, ConsentEvent, Purpose, Suppression, WebForm
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
