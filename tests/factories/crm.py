"""Records of sales."""

from datetime import date
from decimal import Decimal

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from core.choices import KnownWhen
from core.models import ModelVersion
from crm.choices import ActivityKind, Grade, StageKind
from crm.models import (
    Activity,
    CloseReason,
    Company,
    CompanyLifetime,
    Competitor,
    Contact,
    ContactLifetime,
    ContactSegment,
    CustomerSegment,
    Deal,
    DealOutlook,
    Event,
    FileImport,
    Group,
    Lead,
    LeadScore,
    LifeStage,
    Pipeline,
    Product,
    Quote,
    QuoteLine,
    RefusedRow,
    Stage,
)
from tests.factories.core import NOW, JobRunFactory, ModelVersionFactory, UserFactory


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence("Company {}".format)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    name = factory.Sequence("Contact {}".format)
    email = factory.Sequence("contact{}@example.org".format)


class LeadFactory(DjangoModelFactory):
    """Owner and team are the contact's and the company's, too."""

    class Meta:
        model = Lead

    owner = None
    team = factory.LazyAttribute(lambda lead: lead.owner.team if lead.owner else None)
    contact = factory.SubFactory(
        ContactFactory,
        owner=factory.SelfAttribute("..owner"),
        team=factory.SelfAttribute("..team"),
    )
    company = factory.SubFactory(
        CompanyFactory,
        owner=factory.SelfAttribute("..owner"),
        team=factory.SelfAttribute("..team"),
    )
    source = "Fair"


class FileImportFactory(DjangoModelFactory):
    """An import that waits for its columns to be matched; `text` is the file's content."""

    class Meta:
        model = FileImport
        exclude = ("text",)

    text = "Name,E-mail\nAda,ada@example.org\n"
    file = factory.LazyAttribute(lambda it: ContentFile(it.text.encode(), name="leads.csv"))
    file_name = "leads.csv"
    encoding = "utf-8-sig"
    created_by = factory.SubFactory(UserFactory, role="sales")
    owner = factory.SelfAttribute("created_by")
    team = factory.LazyAttribute(lambda it: it.owner.team if it.owner else None)
    columns = factory.LazyAttribute(lambda it: it.text.splitlines()[0].split(","))
    mapping = factory.LazyAttribute(lambda it: [entry(name) for name in it.columns])

    class Params:
        done = factory.Trait(
            run=factory.SubFactory(JobRunFactory, kind="crm.file_import"),
        )


def entry(column: str, target: str = "ignore", **more: str) -> dict[str, object]:
    """A line of a mapping."""
    given = {"column": column, "target": target, "type": "text", "known_when": KnownWhen.BEFORE}
    read = {"formats": [], "format": "", "empties": [], "placeholders": True, "values": {}}
    return {**given, "samples": ["x"], **read, **more}


class RefusedRowFactory(DjangoModelFactory):
    class Meta:
        model = RefusedRow

    row_number = factory.Sequence(lambda number: number + 1)
    reason = "“%(text)s” is not an e-mail address."
    reason_args = {"text": "ada"}
    values = ["Ada", "ada"]


class LeadScoreFactory(DjangoModelFactory):
    class Meta:
        model = LeadScore

    lead = factory.SubFactory(LeadFactory)
    version = factory.SubFactory(ModelVersionFactory)
    as_of = NOW
    score = 80
    grade = Grade.A
    probability = 0.4
    low = 0.3
    high = 0.5
    reasons = [{"field": "crm.lead.source", "value": "Fair", "points": 12.0}]
    average_score = 50


class LifeStageFactory(DjangoModelFactory):
    """A stage in which everybody stands."""

    class Meta:
        model = LifeStage

    names = factory.Sequence(lambda number: {"en": f"Stage {number}"})
    position = factory.Sequence(lambda number: 100 + number)


class PipelineFactory(DjangoModelFactory):
    class Meta:
        model = Pipeline

    name = factory.Sequence("Pipeline {}".format)


class StageFactory(DjangoModelFactory):
    class Meta:
        model = Stage

    pipeline = factory.SubFactory(PipelineFactory)
    name = factory.Sequence("Stage {}".format)
    probability = 20


class CloseReasonFactory(DjangoModelFactory):
    class Meta:
        model = CloseReason

    kind = StageKind.LOST
    name = factory.Sequence("Reason {}".format)


class CompetitorFactory(DjangoModelFactory):
    class Meta:
        model = Competitor

    name = factory.Sequence("Competitor {}".format)


class DealFactory(DjangoModelFactory):
    """Owner and team are the company's, too."""

    class Meta:
        model = Deal

    name = factory.Sequence("Deal {}".format)
    owner = None
    team = factory.LazyAttribute(lambda deal: deal.owner.team if deal.owner else None)
    company = factory.SubFactory(
        CompanyFactory,
        owner=factory.SelfAttribute("..owner"),
        team=factory.SelfAttribute("..team"),
    )
    stage = factory.SubFactory(StageFactory)
    pipeline = factory.SelfAttribute("stage.pipeline")
    amount = 1000
    base_amount = 1000
    currency = "EUR"


class ContactLifetimeFactory(DjangoModelFactory):
    """Bought on twelve days at 100, is probably still there, and likely to bring 1,200 more."""

    class Meta:
        model = ContactLifetime

    contact = factory.SubFactory(ContactFactory)
    version = factory.SubFactory(
        ModelVersionFactory, kind="analytics.lifetime_value", algorithm="bg_nbd"
    )
    as_of = NOW
    first_on = date(2025, 3, 1)
    last_on = date(2026, 2, 1)
    purchases = 12
    total = Decimal("1200.00")
    alive = 0.8
    expected = 12.0
    expected_low = 4.0
    expected_high = 18.0
    value = Decimal("1200.00")
    value_low = Decimal("400.00")
    value_high = Decimal("1900.00")
    risk = 0.2
    risk_by = "purchases"
    at_risk = Decimal("240.00")


class CompanyLifetimeFactory(DjangoModelFactory):
    """Two people bought, who are likely to bring 1,200 more."""

    class Meta:
        model = CompanyLifetime

    company = factory.SubFactory(CompanyFactory)
    as_of = NOW
    buyers = 2
    last_on = date(2026, 2, 1)
    total = Decimal("1200.00")
    value = Decimal("1200.00")
    at_risk = Decimal("240.00")
    segment = factory.SubFactory("tests.factories.CustomerSegmentFactory")


class DealOutlookFactory(DjangoModelFactory):
    class Meta:
        model = DealOutlook

    deal = factory.SubFactory(DealFactory)
    version = factory.SubFactory(ModelVersionFactory, kind="analytics.win_probability")
    as_of = NOW
    has_signal = True
    probability = 0.4
    low = 0.3
    high = 0.5
    base_rate = 0.35
    reasons = [{"field": "crm.deal.source", "value": "Fair", "points": 12.0}]
    rest_points = -7.0


def _segment_version() -> ModelVersion:
    """The one that serves; there is one only."""
    told = {"tried": [], "channels": [], "themes": [], "seed": 0, "buyers": 1}
    facts = {"kind": "analytics.customer_segments", "state": "champion"}
    found = ModelVersion.objects.filter(**facts).first()
    return found or ModelVersionFactory(**facts, algorithm="k_means", parameters=told)


class CustomerSegmentFactory(DjangoModelFactory):
    class Meta:
        model = CustomerSegment

    archetype = "regulars"
    place = factory.Sequence(int)
    version = factory.LazyFunction(_segment_version)
    profile = {
        "bought": 0.9,
        "silent": 12,
        "numbers": [
            {"field": "purchases.count", "median": 9, "mean": 10, "rest": 2, "difference": 1.4}
        ],
        "words": [{"field": "crm.company.industry", "word": "Energy", "share": 0.5, "rest": 0.1}],
        "channels": [{"channel": "email", "mean": 12.0, "rest": 3.0}],
    }
    found_at = NOW
    counted_at = NOW


class ContactSegmentFactory(DjangoModelFactory):
    class Meta:
        model = ContactSegment

    contact = factory.SubFactory(ContactFactory)
    segment = factory.SubFactory(CustomerSegmentFactory)
    version = factory.SelfAttribute("segment.version")
    probability = 0.92
    since = NOW
    reasons = [{"field": "purchases.count", "value": 11, "weight": 0.6}]
    cell = "champions"
    recency, frequency, value = 5, 4, 5
    as_of = NOW


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    name = factory.Sequence("Product {}".format)
    currency = "EUR"


class QuoteFactory(DjangoModelFactory):
    """A draft of one line; owner and team are those of its deal."""

    class Meta:
        model = Quote
        skip_postgeneration_save = True

    class Params:
        owner = None
        team = factory.LazyAttribute(lambda quote: quote.owner.team if quote.owner else None)

    deal = factory.SubFactory(
        DealFactory,
        owner=factory.SelfAttribute("..owner"),
        team=factory.SelfAttribute("..team"),
    )
    language = "en"
    currency = "EUR"
    title = "Pilot"
    valid_until = date(2099, 12, 31)
    created_at = NOW

    @factory.post_generation
    def lines(self: Quote, _create: bool, _given: object, **_extra: object) -> None:
        QuoteLine.objects.create(quote=self, name="Station", unit_price=1000, total=1000)
        Quote.objects.filter(pk=self.pk).update(subtotal=1000, total=1000)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    kind = ActivityKind.CALL
    subject = factory.Sequence("Activity {}".format)
    team = factory.LazyAttribute(lambda it: it.owner.team if it.owner else None)
    owner = None
    at = NOW


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    name = factory.Sequence("Group {}".format)


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    name = factory.Sequence("Event {}".format)
