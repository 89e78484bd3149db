"""Storing the sample company: once, whatever happens, and gone without a trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from core import audit
from core.choices import RunState, VersionState
from core.jobs.questions import ask
from core.models import (
    Attachment,
    AuditEvent,
    CustomField,
    ExchangeRate,
    Installation,
    JobRun,
    ModelVersion,
    SampleData,
    SearchEntry,
    Tag,
    User,
)
from core.registries import record_types
from core.services.sample_users import sample_log_ins
from core.services.search import REBUILD
from crm.choices import QuoteStatus
from crm.jobs import sample_company
from crm.models import (
    Activity,
    Company,
    Contact,
    Deal,
    DealLine,
    Interaction,
    Lead,
    LeadScore,
    Participation,
    Pipeline,
    Quote,
    StageChange,
)
from crm.record_types import RECORD_TYPES
from crm.services.quoting.quotes import totals
from tests.factories import LeadScoreFactory, ModelVersionFactory
from tests.running import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small")]

LOAD, REMOVE = "crm.sample_company", "crm.sample_removal"
HANGING = (DealLine, StageChange, Participation, Interaction)


def load() -> JobRun:
    return carry_out(ask(kind=LOAD, as_of=timezone.now()))


def counts() -> dict[str, int]:
    models = [kind.model for kind in record_types]
    return {
        m.__name__: m._base_manager.count() for m in (*models, *HANGING, Tag, ExchangeRate, User)
    }


def test_it_is_marked_owned_and_complete() -> None:
    run = load()
    assert run.state == RunState.SUCCEEDED, run.error_text
    assert SampleData.objects.get().loaded_at is not None
    for kind in RECORD_TYPES:  # apps above make theirs later
        assert kind.model._base_manager.exists(), kind.key
        assert not kind.model._base_manager.filter(is_sample=False).exists(), kind.key
    assert not Company.objects.filter(owner=None).exists()
    assert not Deal.objects.filter(base_amount=None).exists()
    assert Contact.objects.filter(name_key="").count() == 0
    assert Company.objects.exclude(parent=None).exists()
    assert Contact.objects.exclude(reports_to=None).exists()
    assert Installation.objects.get().name == "Helioptic"


def test_times_are_those_of_the_story() -> None:
    load()
    first = Contact.objects.order_by("created_at").first()
    assert first is not None
    assert first.created_at < timezone.now() - timedelta(days=600)
    assert first.updated_at >= first.created_at
    assert Interaction.objects.filter(at__lt=timezone.now() - timedelta(days=300)).exists()


def test_new_leads_wait_and_answered_ones_say_how_long_it_took() -> None:
    load()
    waiting = Lead.objects.filter(awaits_since__isnull=False)
    assert waiting.exists()
    assert not waiting.exclude(status="new").exists()
    answered = Lead.objects.filter(first_touch_at__isnull=False)
    assert answered.count() > waiting.count()
    assert not answered.filter(response_hours__isnull=True).exists()
    assert Lead.objects.filter(returns_on__isnull=False, awaits_since=None).exists()


def test_quotes_add_up_and_go_with_their_deals() -> None:
    load()
    quotes = list(Quote.objects.prefetch_related("lines").select_related("deal"))
    assert quotes
    for quote in quotes:
        found = totals(list(quote.lines.all()), quote.discount_rate)
        assert (quote.subtotal, quote.tax, quote.total) == (found.subtotal, found.tax, found.total)
        assert quote.recipient
        assert (quote.status == QuoteStatus.ACCEPTED) == (quote.deal.status == "won")
    assert len({quote.number for quote in quotes}) == len(quotes)
    remove()
    assert not Quote.objects.exists()


def test_loading_twice_is_loading_once() -> None:
    load()
    before = counts()
    again = carry_out(ask(kind=LOAD, as_of=timezone.now() + timedelta(days=1)))
    assert again.state == RunState.FAILED
    assert "already" in again.error_text
    assert counts() == before
    call_command("load_sample_company")
    assert counts() == before


def test_what_goes_on_after_a_crash_is_the_same_company(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    whole = counts()
    stored = sorted(Deal.objects.values_list("external_id", "amount"))
    carry_out(ask(kind=REMOVE, as_of=timezone.now()))
    real = sample_company.store_part
    fails = {"leads", "deals", "activities:3", "interactions:9"}

    def crash(**given: Any) -> int:
        written = real(**given)
        if given["part"] in fails:
            fails.discard(given["part"])
            raise RuntimeError("the power went")
        return written

    monkeypatch.setattr(sample_company, "store_part", crash)
    states = [
        carry_out(ask(kind=LOAD, as_of=timezone.now() + timedelta(seconds=number))).state
        for number in range(5)
    ]
    assert states == [RunState.FAILED] * 4 + [RunState.SUCCEEDED]
    assert counts() == whole
    assert sorted(Deal.objects.values_list("external_id", "amount")) == stored


def test_the_first_start_asks_for_it_and_no_later_one(tmp_path: Any) -> None:
    call_command("load_sample_company", "--if-wanted")
    assert not SampleData.objects.exists()
    sample_log_ins(file=tmp_path / "log-ins.json")
    call_command("load_sample_company", "--if-wanted")
    assert SampleData.objects.get().loaded_at is not None
    assert Deal.objects.filter(owner__email="sales@sample.renmai").exists()
    states = dict(JobRun.objects.values_list("kind", "state"))
    assert states["analytics.lead_score"] == "succeeded"
    assert states["analytics.forecasts"] == "queued", "workers do what takes long"
    carry_out(ask(kind=REMOVE, as_of=timezone.now()))
    call_command("load_sample_company", "--if-wanted")
    assert not Lead.objects.exists()


# -- removal -------------------------------------------------------------------------------------


@pytest.fixture
def own(administrator: User) -> dict[str, Any]:
    """Somebody's own records beside the sample, pointing into it."""
    load()
    carry_out(JobRun.objects.get(kind=REBUILD))
    contact = Contact.objects.order_by("pk")[5]
    company = Company.objects.order_by("pk")[5]
    lead = Lead.objects.create(contact=contact, company=company, owner=administrator, source="Own")
    stage = Deal.objects.order_by("pk")[0].stage
    deal = Deal.objects.create(
        name="Own",
        company=company,
        contact=contact,
        stage=stage,
        currency="USD",
        owner=administrator,
    )
    line = DealLine.objects.order_by("pk")[0]
    DealLine.objects.create(deal=deal, product=line.product, quantity=1, unit_price=5)
    deal.tags.add(Tag.objects.order_by("pk")[0])
    task = Activity.objects.create(kind="task", subject="Own", contact=contact, owner=administrator)
    audit.record(actor=administrator, action="edit", subject=lead)
    audit.record(actor=administrator, action="edit", subject=contact)
    Attachment.objects.create(object_type="crm.contact", object_id=contact.pk, name="a", size=1)
    version = ModelVersionFactory(state=VersionState.CHAMPION)
    ModelVersion.objects.filter(pk=version.pk).update(created_at=timezone.now() + timedelta(days=1))
    LeadScoreFactory(lead=lead, version=version)
    return {"lead": lead, "deal": deal, "task": task, "product": line.product, "version": version}


def remove() -> JobRun:
    return carry_out(ask(kind=REMOVE, as_of=timezone.now() + timedelta(days=2)))


def test_own_records_stay_and_their_links_are_emptied(own: dict[str, Any]) -> None:
    run = remove()
    assert run.state == RunState.SUCCEEDED, run.error_text
    for name in ("lead", "deal", "task", "product"):
        own[name].refresh_from_db()
    assert (own["lead"].contact, own["lead"].company) == (None, None)
    assert (own["deal"].contact, own["deal"].company) == (None, None)
    assert own["task"].contact is None
    assert own["deal"].lines.count() == 1
    assert not own["product"].is_sample
    assert own["deal"].tags.count() == 1
    assert Pipeline.objects.count() == 1, "an own deal stands in it"
    assert set(ExchangeRate.objects.values_list("currency", flat=True)) == {"USD"}


def test_nothing_of_it_is_left(own: dict[str, Any]) -> None:
    remove()
    for kind in record_types:
        assert not kind.model._base_manager.filter(is_sample=True).exists(), kind.key
    assert not Interaction.objects.exists()
    assert not SampleData.objects.exists()
    assert not CustomField.objects.exists()
    assert Tag.objects.count() == 1
    assert not User.objects.filter(is_sample=True).exists()
    assert not Attachment.objects.exists()
    assert not SearchEntry.objects.filter(object_type="crm.contact").exists()
    assert not AuditEvent.objects.filter(object_type="crm.contact").exists()
    assert AuditEvent.objects.filter(object_type="crm.lead", object_id=own["lead"].pk).exists()
    assert AuditEvent.objects.filter(action="sample.remove").exists()
    assert Installation.objects.get().name == Installation().name
    assert Installation.objects.get().address == ""


def test_what_the_company_has_said_of_itself_stays() -> None:
    """Before the sample is loaded, or while it is there."""
    Installation.objects.update_or_create(pk=1, defaults={"address": "1 Main Street"})
    load()
    assert Installation.objects.get().address == "1 Main Street"
    Installation.objects.update(name="Real Ltd")
    remove()
    company = Installation.objects.get()
    assert (company.name, company.address) == ("Real Ltd", "1 Main Street")


def test_a_company_with_a_name_gets_no_address_of_the_sample() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"name": "Real Ltd", "address": ""})
    load()
    assert Installation.objects.get().address == ""


def test_models_that_learned_from_it_retire_with_their_scores(own: dict[str, Any]) -> None:
    remove()
    own["version"].refresh_from_db()
    assert own["version"].state == VersionState.RETIRED
    assert not LeadScore.objects.exists()


def test_an_interrupted_removal_goes_on(
    own: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.jobs import sample_removal

    real, calls = sample_removal.remove_portion, []

    def crash(**given: Any) -> int:
        calls.append(given)
        if len(calls) == 4:
            raise RuntimeError("the power went")
        return real(**given)

    monkeypatch.setattr(sample_removal, "remove_portion", crash)
    assert remove().state == RunState.FAILED
    assert SampleData.objects.exists()
    again = carry_out(ask(kind=REMOVE, as_of=timezone.now() + timedelta(days=3)))
    assert again.state == RunState.SUCCEEDED
    assert not Contact.objects.exists()
