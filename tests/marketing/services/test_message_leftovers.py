"""What erased campaigns leave behind, and who wrote at a message."""

from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from PIL import Image

from core.models import AuditEvent, User
from core.registries import record_types
from core.services.bins import erase
from core.services.records import delete_records
from marketing.models import Campaign, Message, MessageImage, MessageText
from marketing.services.messages.blocks import new_block
from marketing.services.messages.pictures import add_picture, has_file
from marketing.services.messages.saving import save_text, undo_text
from marketing.services.messages.starters import make_template
from tests.factories import CampaignFactory, UserFactory


@pytest.fixture
def ann(db: None) -> User:
    return UserFactory(role="administrator")


def picture(colour: str, by: User) -> MessageImage:
    data = BytesIO()
    Image.new("RGB", (8, 8), colour).save(data, "PNG")
    return add_picture(data=data.getvalue(), name="a.png", by=by)


def with_pictures(message: Message, *images: MessageImage) -> None:
    body = [{**new_block("image"), "image": image.pk} for image in images]
    MessageText.objects.update_or_create(message=message, language="en", defaults={"body": body})


def erased(campaign: Campaign, by: User) -> None:
    rows = Campaign.objects.filter(pk=campaign.pk)
    delete_records(rows=rows, by=by, at=timezone.now())
    erase(kind=record_types["marketing.campaign"], rows=rows, by=by)


def test_messages_and_pictures_go_with_their_campaign(
    ann: User, django_capture_on_commit_callbacks: Any
) -> None:
    gone, kept = CampaignFactory(owner=ann), CampaignFactory(owner=ann)
    template = make_template(name="Usual", by=ann)
    red, green, blue = (picture(colour, ann) for colour in ("red", "green", "blue"))
    never_used = picture("white", ann)
    with_pictures(gone.variants.get().message, red, green)
    with_pictures(template, green)
    with_pictures(kept.variants.get().message, blue)
    storage, name = red.file.storage, str(red.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        erased(gone, ann)
    left = {template.pk, kept.variants.get().message_id}
    assert set(Message.objects.values_list("pk", flat=True)) == left
    pictures = set(MessageImage.objects.values_list("pk", flat=True))
    assert pictures == {green.pk, blue.pk, never_used.pk}
    assert not storage.exists(name)
    assert has_file(green)


@pytest.mark.django_db
def test_the_bin_keeps_messages(ann: User) -> None:
    campaign = CampaignFactory(owner=ann)
    delete_records(rows=Campaign.objects.all(), by=ann, at=timezone.now())
    assert Message.objects.filter(variant__campaign=campaign).exists()


# -- who wrote -------------------------------------------------------------------------------------


def write(message: Message, by: User, subject: str) -> None:
    message.refresh_from_db()
    save_text(
        message=message, language="en", said={"subject": subject, "body": []},
        version=message.version, by=by, at=timezone.now(),
    )  # fmt: skip


def written() -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(action="message.write").order_by("pk")
    return [(row.object_type, row.actor.email if row.actor else "") for row in rows]


def test_a_session_of_writing_is_one_entry(
    ann: User, django_capture_on_commit_callbacks: Any
) -> None:
    campaign, bob = CampaignFactory(owner=ann), UserFactory(role="administrator")
    message = campaign.variants.get().message
    for number in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            write(message, ann, f"Hello {number}")
    with django_capture_on_commit_callbacks(execute=True):
        write(message, bob, "Hello")
    entry = ("marketing.campaign", ann.email)
    assert written() == [entry, ("marketing.campaign", bob.email)]
    event = AuditEvent.objects.filter(action="message.write").first()
    assert event is not None
    assert (event.object_id, event.changes) == (campaign.pk, {"message": [None, "A"]})
    cache.clear()  # as after a pause
    message.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        write(message, ann, "Later")
    assert written()[-1] == entry
    assert len(written()) == 3


def test_undoing_is_writing_too_and_saving_nothing_is_none(ann: User) -> None:
    template = make_template(name="Usual", by=ann)
    AuditEvent.objects.all().delete()
    write(template, ann, "One")
    assert written() == [("marketing.message", ann.email)]
    write(template, ann, "One")
    write(template, ann, "Two")
    template.refresh_from_db()
    undo_text(message=template, language="en", version=template.version, by=ann)
    assert template.texts.get(language="en").subject == "One"
    assert set(written()) == {("marketing.message", ann.email)}
