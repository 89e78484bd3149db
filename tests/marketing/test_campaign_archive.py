"""Campaigns, messages, pictures, forms and consents go out with the export of everything and come back."""

from datetime import UTC, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from core.exports.archive.reading import ArchiveReader
from core.registries import record_types, tables_in_order
from core.services.archive_imports import restore_archive
from core.services.archives import write_archive
from marketing.models import (
    Campaign,
    CampaignVariant,
    Consent,
    ConsentEvent,
    ContactPreference,
    FormSubmission,
    MarketingOptions,
    Message,
    MessageImage,
    MessageText,
    Recipient,
    Suppression,
    WebForm,
)
from marketing.services.consents import Word, record_consents
from marketing.services.messages.blocks import new_block
from marketing.services.messages.pictures import add_picture, has_file
from tests.factories import (
    ContactFactory,
    PurposeFactory,
    SegmentFactory,
    UserFactory,
    WebFormFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OURS = (
    "purposes", "consents", "consent_events", "suppressions", "marketing_options",
    "contact_preferences", "web_forms", "form_submissions", "messages", "message_texts",
    "message_images", "campaigns", "campaign_variants", "recipients",
)  # fmt: skip


def export() -> ArchiveReader:
    file = BytesIO()
    write_archive(file, at=NOW, tell=lambda *_told: None)
    return ArchiveReader(file)


def empty() -> None:
    """As an installation that nobody has used; its files are gone, too."""
    for image in MessageImage.objects.all():
        image.file.delete(save=False)
    Campaign.objects.update(winner=None)
    for table in reversed(tables_in_order()):
        is_ours = table.model_name.startswith("marketing.")
        if is_ours or table.model_name.lower() in record_types:
            table.model._base_manager.all().delete()


def picture() -> bytes:
    data = BytesIO()
    Image.new("RGB", (30, 20), "red").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def campaign(db: None) -> Campaign:
    """One that was sent, with everything that belongs to campaigns around it."""
    ann = UserFactory(role="administrator")
    news = PurposeFactory(name="News", public_names={"zh-hans": "通讯"})
    ada = ContactFactory(name="Ada", email="ada@example.org", owner=ann)
    inside, outside = SegmentFactory(owner=ann), SegmentFactory(owner=ann)
    made: Campaign = Campaign.objects.create(
        name="Spring", owner=ann, purpose=news, state="sent", holdout_share=Decimal("0.1"),
        condition={"field": "country", "operator": "is", "value": ["Germany"]},
        decision="winner", test_share=Decimal("0.5"), goal="won", cost=Decimal("12.50"),
        currency="EUR", window_from=time(9), weekdays=[1, 2], started_at=NOW, finished_at=NOW,
        gathered_to=None, decided_at=NOW,
    )  # fmt: skip
    made.segments.set([inside])
    made.excluded.set([outside])
    image = add_picture(data=picture(), name="Spring.png", by=ann)
    for letter in "AB":
        message = Message.objects.create(name=f"Spring {letter}", owner=ann, version=7)
        body = [
            {**new_block("heading"), "text": f"Hello {letter} {{{{given_name|there}}}}"},
            {**new_block("image"), "image": image.pk, "alt": "Spring"},
        ]
        for order, language in enumerate(("zh-hans", "en")):
            MessageText.objects.create(
                message=message, language=language, order=order, subject="=1+1", body=body
            )
        variant = CampaignVariant.objects.create(
            campaign=made, letter=letter, message=message, weight=3, delay_minutes=15
        )
    made.winner = variant
    made.save()
    Recipient.objects.create(
        campaign=made, contact=ada, address="Ada@example.org", address_key="ada@example.org",
        domain="example.org", arm="test", variant=variant, state="sent", due_at=NOW, sent_at=NOW,
        clicked_at=NOW, revenue=Decimal("99.90"),
    )  # fmt: skip
    _consents(ada, news)
    _form(ada, news, ann)
    return made


def _consents(ada: Any, news: Any) -> None:
    for state in ("granted", "withdrawn"):
        word = Word(ada.pk, news.pk, "email", state, "form", NOW, "Fair 展会")
        record_consents([word], origin="import:5")
    ConsentEvent.objects.filter(state="granted").update(taken_back_at=NOW)
    Suppression.objects.create(address_key="x@example.org", reason="hard", detail="550", at=NOW)
    MarketingOptions.objects.update_or_create(pk=1, defaults={"week_cap": 2})
    ContactPreference.objects.create(contact=ada, month_cap=4, is_untracked=True, at=NOW)


def _form(ada: Any, news: Any, ann: Any) -> None:
    form = WebFormFactory(
        owner=ann, name="Sign up", fields=[{"name": "email", "required": True}],
        consent_text="Yes!", origins=["https://example.com"],
    )  # fmt: skip
    form.purposes.set([news])
    FormSubmission.objects.create(
        form=form, token="t", state="taken", values={"email": "ada@example.org"},
        wording="Yes!", utm={"utm_source": "x"}, contact=ada, at=NOW,
    )  # fmt: skip


def test_everything_comes_back_as_it_was(campaign: Campaign) -> None:
    first = export()
    before = {key: list(first.rows(key)) for key in OURS}
    assert all(before.values()), "something is in every table"
    empty()
    restore_archive(first, at=NOW, tell=lambda *_told: None)
    second = export()
    for key in OURS:
        after = list(second.rows(key))
        if key == "message_images":
            for row in (*before[key], *after):
                del row["file"]
        assert before[key] == after, key


def test_what_the_pages_read_is_there(campaign: Campaign) -> None:
    form, consent = WebForm.objects.get(), Consent.objects.get()
    bodies = list(MessageText.objects.order_by("pk").values_list("body", flat=True))
    first = export()
    empty()
    restore_archive(first, at=NOW, tell=lambda *_told: None)
    back = Campaign.objects.get()
    assert (back.pk, back.winner and back.winner.letter) == (campaign.pk, "B")
    assert (back.holdout_share, back.cost) == (Decimal("0.1"), Decimal("12.50"))
    assert list(MessageText.objects.order_by("pk").values_list("body", flat=True)) == bodies
    assert [v.message.texts.count() for v in back.variants.all()] == [2, 2]
    assert WebForm.objects.get().key == form.key, "embedded forms go on to work"
    assert Consent.objects.get().state == consent.state == "withdrawn"
    assert Recipient.objects.get().revenue == Decimal("99.90")


def test_pictures_are_shown_again(campaign: Campaign, client: Any) -> None:
    image = MessageImage.objects.get()
    first = export()
    empty()
    restore_archive(first, at=NOW, tell=lambda *_told: None)
    back = MessageImage.objects.get()
    assert has_file(back)
    assert (back.pk, back.address) == (image.pk, image.address)
    with back.file.open("rb") as file:
        assert Image.open(file).size == (30, 20)
    letter = client.get(reverse("message_image", args=[image.address]))
    assert (letter.status_code, letter["Content-Type"]) == (200, "image/jpeg")


def test_pictures_that_are_lost_are_told_and_come_back_by_uploading(campaign: Campaign) -> None:
    MessageImage.objects.get().file.delete(save=False)
    first = export()
    assert [told["file"] for told in first.manifest["table_files"]] == [None]
    first.check()
    empty()
    restore_archive(first, at=NOW, tell=lambda *_told: None)
    assert not has_file(MessageImage.objects.get())
    ann = UserFactory(role="administrator")
    assert has_file(add_picture(data=picture(), name="Spring.png", by=ann))
    assert MessageImage.objects.count() == 1
