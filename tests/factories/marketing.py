"""Segments, purposes of messages, campaigns."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.conditions import Condition, Viewpoint, checked
from core.models import User
from core.registries import record_types
from marketing.choices import Arm, ConsentSource, ConsentState, RecipientState, SegmentKind
from marketing.models import (
    Campaign,
    CampaignVariant,
    Consent,
    Message,
    Purpose,
    Recipient,
    Segment,
    WebForm,
)
from marketing.queries.segment_rules import describe
from tests.factories.core import NOW, UserFactory
from tests.factories.crm import ContactFactory


class SegmentFactory(DjangoModelFactory):
    """A list or, with an `asked` condition, a dynamic segment that nobody has filled yet."""

    class Meta:
        model = Segment

    name = factory.Sequence("Segment {}".format)
    kind = SegmentKind.STATIC

    @classmethod
    def _create(cls, model_class: type[Segment], *args: Any, **given: Any) -> Segment:
        asked: Condition | None = given.pop("asked", None)
        if asked is None:
            return super()._create(model_class, *args, **given)
        owner: User = given.get("owner") or UserFactory(role="administrator")
        segment = model_class(**{**given, "owner": owner, "kind": SegmentKind.DYNAMIC})
        view = Viewpoint(owner, NOW)
        condition = checked(asked, record_types["crm.contact"], view)
        segment.condition = condition.as_json()
        describe(segment, condition, view)
        segment.save()
        return segment


class PurposeFactory(DjangoModelFactory):
    """Something that messages are for."""

    class Meta:
        model = Purpose

    name = factory.Sequence("Purpose {}".format)


class ConsentFactory(DjangoModelFactory):
    """A consent to e-mail that was given by a form, past the service that keeps the proof."""

    class Meta:
        model = Consent

    contact = factory.SubFactory(ContactFactory)
    purpose = factory.SubFactory(PurposeFactory)
    state = ConsentState.GRANTED
    source = ConsentSource.FORM
    at = NOW


class CampaignFactory(DjangoModelFactory):
    """A draft with one variant, whose message has no text yet."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    name = factory.Sequence("Campaign {}".format)
    purpose = factory.SubFactory(PurposeFactory)

    @factory.post_generation
    def variant(self, create: bool, _extracted: Any, **_given: Any) -> None:
        if create:
            message = Message.objects.create(name="A", owner=self.owner)  # type: ignore[attr-defined]
            CampaignVariant.objects.create(campaign=self, message=message)


class RecipientFactory(DjangoModelFactory):
    """Somebody to whom the message was sent."""

    class Meta:
        model = Recipient

    campaign = factory.SubFactory(CampaignFactory)
    contact = factory.SubFactory(ContactFactory)
    address = factory.LazyAttribute(lambda each: each.contact.email)
    address_key = factory.LazyAttribute(lambda each: each.contact.email_key)
    domain = factory.LazyAttribute(lambda each: each.address.rpartition("@")[2])
    arm = Arm.TEST
    variant = factory.LazyAttribute(lambda each: each.campaign.variants.first())
    state = RecipientState.SENT
    due_at = NOW
    sent_at = NOW


class WebFormFactory(DjangoModelFactory):
    """A form that asks for name and e-mail."""

    class Meta:
        model = WebForm

    name = factory.Sequence("Web form {}".format)
