"""The editor of messages through HTTP."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from PIL import Image

from core.models import Installation, User
from marketing.models import Campaign, MailSettings, Message, MessageImage, MessageText
from marketing.services.messages.blocks import clean_blocks
from marketing.services.messages.starters import STARTERS, make_template
from tests.factories import CampaignFactory, ContactFactory, UserFactory
from tests.marketing.campaigns import mail_server

LogIn = Callable[..., Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def marketer(db: None) -> User:
    return UserFactory(role="marketing")


@pytest.fixture
def campaign(marketer: User) -> Campaign:
    return CampaignFactory(owner=marketer)


@pytest.fixture
def client(marketer: User, log_in: LogIn) -> Client:
    return log_in(marketer)


def message_of(campaign: Campaign) -> Message:
    message: Message = campaign.variants.get().message
    return message


def write(client: Client, message: Message, *blocks: dict[str, str], **said: Any) -> Any:
    """Send what the form of the editor sends."""
    message.refresh_from_db()
    keys = [f"block{number}" for number in range(len(blocks))]
    posted = {"version": message.version, "language": "en", "order": ",".join(keys), **said}
    for key, block in zip(keys, blocks, strict=True):
        posted |= {f"b-{key}-{name}": value for name, value in block.items()}
    return client.post(f"/messages/{message.pk}/write/", posted, **HTMX)


def body_of(message: Message, language: str = "en") -> Any:
    return message.texts.get(language=language).body


def test_page_shows_the_letter_and_says_what_it_needs(client: Client, campaign: Campaign) -> None:
    write(client, message_of(campaign), {"kind": "heading", "text": "Spring"}, subject="Hi")
    answer = client.get(f"/campaigns/{campaign.pk}/edit/content/")
    text = answer.content.decode()
    assert ">Spring</textarea>" in text
    assert "nonce-" in answer["Content-Security-Policy"]
    assert re.search(r'csp-nonce" content="[^"]{10,}"', text)
    checks = client.get(f"/messages/{message_of(campaign).pk}/checks/").content.decode()
    assert "address is missing" in checks


def test_what_people_write_is_stored_by_the_name_of_the_field(
    client: Client, campaign: Campaign
) -> None:
    message = message_of(campaign)
    html = "<div>Dear {First name|you &amp; all}, {no field} stays</div>"
    answer = write(client, message, {"kind": "text", "html": html}, subject="{first name|Hello}!")
    assert answer.status_code == 200
    text = message.texts.get()
    assert text.subject == "{{given_name|Hello}}!"
    assert "{{given_name|you &amp; all}}, {no field} stays" in text.body[0]["html"]
    page = client.get(f"/campaigns/{campaign.pk}/edit/content/").content.decode()
    assert 'value="{first name|Hello}!"' in page
    assert "no field" in client.get(f"/messages/{message.pk}/checks/").content.decode()


def test_scripts_and_stray_links_are_not_stored(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    html = '<div onclick="x()">a<script>b</script><a href="javascript:c">d</a></div>'
    write(client, message, {"kind": "text", "html": html})
    assert body_of(message)[0]["html"] == "<div>a<a>d</a></div>"
    answer = write(client, message, {"kind": "button", "text": "x", "url": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "no address to link to" in answer.content.decode()
    assert body_of(message)[0]["kind"] == "text"


def test_hidden_field_cannot_be_used(campaign: Campaign, log_in: LogIn) -> None:
    from core.choices import Reach
    from tests.factories import RoleFactory

    role = RoleFactory(
        grants={
            "marketing.campaign.view": Reach.ALL,
            "marketing.campaign.edit": Reach.ALL,
            "crm.contact.view": Reach.ALL,
        },
        hides=["crm.contact.job_title"],
    )
    client, message = log_in(UserFactory(roles=[role])), message_of(campaign)
    answer = write(client, message, {"kind": "heading", "text": "{{job_title}}"})
    assert answer.status_code == 422
    assert "There is no field" in answer.content.decode()
    write(client, message, {"kind": "heading", "text": "{Job title}"})
    assert body_of(message)[0]["text"] == "{Job title}"


def test_field_that_does_not_exist_is_refused(client: Client, campaign: Campaign) -> None:
    answer = write(client, message_of(campaign), {"kind": "heading", "text": "{{owner.password}}"})
    assert answer.status_code == 422


def test_huge_texts_are_refused(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    answer = write(client, message, {"kind": "text", "html": "<div>" + "x" * 30_000 + "</div>"})
    assert answer.status_code == 422
    many = [{"kind": "divider"} for _each in range(61)]
    assert write(client, message, *many).status_code == 422
    assert not message.texts.exists()


def test_two_people_at_once(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "Mine"})
    answer = client.post(
        f"/messages/{message.pk}/write/",
        {
            "version": 1,
            "language": "en",
            "order": "block0",
            "b-block0-kind": "heading",
            "b-block0-text": "Theirs",
        },
        **HTMX,
    )
    assert answer.status_code == 422
    assert "Somebody else has changed this message" in answer.content.decode()
    assert body_of(message)[0]["text"] == "Mine"


def test_blocks_are_added_moved_doubled_and_taken_away(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    one, two = {"kind": "heading", "text": "1"}, {"kind": "heading", "text": "2"}
    write(client, message, one, two, do="down:block0")
    assert [block["text"] for block in body_of(message)] == ["2", "1"]
    write(client, message, one, two, do="copy:block1")
    assert [block["text"] for block in body_of(message)] == ["1", "2", "2"]
    write(client, message, one, two, do="remove:block0")
    assert [block["text"] for block in body_of(message)] == ["2"]
    answer = write(client, message, one, two, do="add:divider", selected="block0")
    assert [block["kind"] for block in body_of(message)] == ["heading", "divider", "heading"]
    assert "data-settings" in answer.content.decode()
    assert write(client, message, one, do="remove:gone").status_code == 422


def test_undo_brings_the_text_before_back(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "First"})
    write(client, message, {"kind": "heading", "text": "Second"})
    answer = write(client, message, do="undo")
    assert answer.status_code == 200
    assert body_of(message)[0]["text"] == "First"
    assert ">First</textarea>" in answer.content.decode()
    assert write(client, message, do="undo").status_code == 422


def test_saving_the_same_again_is_no_change(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "First"})
    message.refresh_from_db()
    before = message.version
    write(client, message, {"kind": "heading", "text": "First"}, **{"b-block0-spacing": "normal"})
    message.refresh_from_db()
    assert message.version == before


def test_languages(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "Hi"}, do="language:zh-hans")
    assert body_of(message, "zh-hans")[0]["text"] == "Hi"
    page = client.get(f"/campaigns/{campaign.pk}/edit/content/?language=zh-hans").content.decode()
    assert 'name="language" value="zh-hans"' in page
    assert write(client, message, do="language:xx").status_code == 422
    write(client, message, {"kind": "heading", "text": "Hi"}, do="nolanguage")
    assert [text.language for text in message.texts.all()] == ["zh-hans"]


def test_other_ways_of_writing_keep_the_words(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "text", "html": "<div>Hello</div>"}, do="form:markdown")
    message.refresh_from_db()
    assert (message.form, body_of(message)) == ("markdown", {"text": "Hello"})
    write(client, message, text="# Hi {first name|you}")
    assert body_of(message) == {"text": "# Hi {{given_name|you}}"}
    write(client, message, text="**Hi**", do="form:blocks")
    assert "<strong>Hi</strong>" in body_of(message)[0]["html"]


def test_begin_with_a_template(client: Client, campaign: Campaign, marketer: User) -> None:
    message = message_of(campaign)
    write(client, message, do="starter:welcome")
    assert {text.language for text in message.texts.all()} == {"en", "zh-hans"}
    template = make_template(name="Ours", by=marketer, like=message)
    other = CampaignFactory(owner=marketer)
    write(client, message_of(other), do=f"template:{template.pk}")
    assert message_of(other).texts.count() == 2
    write(client, message_of(other), *[], do="keep")
    assert Message.objects.filter(is_template=True).count() == 2


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.key)
def test_ready_made_letters_are_whole(starter: Any, marketer: User) -> None:
    made = make_template(name="x", by=marketer, starter=starter.key)
    for text in made.texts.all():
        assert text.subject
        assert text.preview
        assert clean_blocks(text.body) == text.body
    assert [text.language for text in made.texts.all()] == ["en", "zh-hans"]


def test_templates(client: Client, marketer: User) -> None:
    assert "No templates of your own yet" in client.get("/campaigns/templates/").content.decode()
    client.post("/campaigns/templates/new/", {"starter": "newsletter"})
    template = Message.objects.get()
    assert client.get(f"/campaigns/templates/{template.pk}/").status_code == 200
    client.post(f"/campaigns/templates/{template.pk}/change/", {"name": "Monthly"})
    client.post(f"/campaigns/templates/{template.pk}/change/", {"copy": "1"})
    page = client.get("/campaigns/templates/").content.decode()
    assert "Copy of Monthly" in page
    client.post(f"/campaigns/templates/{template.pk}/change/", {"remove": "1"})
    assert Message.objects.get().name == "Copy of Monthly"


def test_templates_are_found_by_a_part_of_their_name(client: Client, marketer: User) -> None:
    for name in ("Spring letter", "Autumn letter"):
        make_template(name=name, by=marketer)
    page = client.get("/campaigns/templates/?q=ｓｐＲ").content.decode()
    assert "Spring letter" in page
    assert "Autumn letter" not in page
    page = client.get("/campaigns/templates/?q=winter").content.decode()
    assert "No template has this in its name" in page


def test_variant_is_a_copy(client: Client, campaign: Campaign) -> None:
    write(client, message_of(campaign), {"kind": "heading", "text": "A"}, do="variant")
    page = client.get(f"/campaigns/{campaign.pk}/edit/content/?variant=B").content.decode()
    assert ">A</textarea>" in page
    assert campaign.variants.count() == 2


def picture(mode: str = "RGB", form: str = "PNG", size: tuple[int, int] = (8, 4)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, "red").save(file, form)
    return file.getvalue()


def upload(client: Client, message: Message, data: bytes, name: str = "red.png") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post(f"/messages/{message.pk}/pictures/", {"picture": file}, **HTMX)


def test_pictures_are_kept_once_and_shown_to_everybody(
    client: Client, campaign: Campaign, visitor: Client
) -> None:
    message = message_of(campaign)
    assert upload(client, message, picture(size=(2_000, 100))).status_code == 200
    upload(client, message, picture(size=(2_000, 100)))
    image = MessageImage.objects.get()
    assert (image.width, image.height) == (1_200, 60)
    write(client, message, {"kind": "image"}, do=f"picture:{image.pk}", selected="block0")
    assert body_of(message)[0]["image"] == image.pk
    answer = visitor.get(f"/pictures/{image.address}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert visitor.get(f"/pictures/{image.address[:-5]}x.jpg").status_code == 404
    frame = client.get(f"/messages/{message.pk}/preview/?language=en").content.decode()
    assert f'src="/pictures/{image.address}"' in frame
    assert "no words" in client.get(f"/messages/{message.pk}/checks/").content.decode()


def test_picture_whose_file_is_lost_can_be_uploaded_again(
    client: Client, campaign: Campaign, visitor: Client
) -> None:
    """As after reading an export of everything back."""
    message = message_of(campaign)
    upload(client, message, picture())
    image = MessageImage.objects.get()
    write(client, message, {"kind": "image", "image": str(image.pk), "alt": "Red"})
    image.file.storage.delete(image.file.name)
    assert visitor.get(f"/pictures/{image.address}").status_code == 404
    assert "A picture is missing" in client.get(f"/messages/{message.pk}/checks/").content.decode()
    upload(client, message, picture())
    assert MessageImage.objects.get().pk == image.pk
    assert visitor.get(f"/pictures/{image.address}").status_code == 200


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg onload=x>", picture()[:-20], b"\x89PNG\r\n\x1a\n" + b"x" * 100]
)
def test_what_is_no_picture_is_refused(client: Client, campaign: Campaign, data: bytes) -> None:
    answer = upload(client, message_of(campaign), data)
    assert answer.status_code == 422
    assert not MessageImage.objects.exists()


def test_preview_is_a_frame_without_rights(client: Client, campaign: Campaign) -> None:
    message, ann = message_of(campaign), ContactFactory(given_name="Ann")
    write(client, message, {"kind": "heading", "text": "Hi {first name|you}"})
    answer = client.get(f"/messages/{message.pk}/preview/?language=en&as_id={ann.pk}&dark=1")
    text = answer.content.decode()
    assert "Hi Ann" in text
    assert "prefers-color-scheme" not in text
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert "allow-scripts" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get(
        f"/campaigns/{campaign.pk}/edit/content/?view=phone&as_id={ann.pk}"
    ).content.decode()
    assert "<iframe" in page


def test_test_goes_to_colleagues_only(client: Client, campaign: Campaign, marketer: User) -> None:
    message = message_of(campaign)
    ContactFactory(given_name="Ann")
    write(client, message, {"kind": "heading", "text": "Hi {first name|you}"}, subject="News")
    said = {"language": "en", "address": marketer.email}
    client.post(f"/messages/{message.pk}/test/", said)
    assert mail.outbox[0].to == [marketer.email]
    assert "News" in mail.outbox[0].subject
    assert "Hi Ann" in mail.outbox[0].body
    client.post(f"/messages/{message.pk}/test/", {**said, "address": "else@example.com"})
    assert len(mail.outbox) == 1


def test_test_goes_the_way_that_is_set(
    client: Client, campaign: Campaign, marketer: User, settings: Any, tmp_path: Path
) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "Hi"}, subject="News")
    url, said = f"/messages/{message.pk}/test/", {"language": "en", "address": marketer.email}
    with mail_server() as sink:
        client.post(url, said)
        assert sink.counts == {marketer.email: 1}
        MailSettings.objects.update(port=1)
        assert (
            "The mail server did not take it"
            in client.post(url, said, follow=True).content.decode()
        )
        MailSettings.objects.all().delete()
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path)
        text = client.post(url, said, follow=True).content.decode()
    assert "No mail server is set up, so nobody got the test" in text
    assert mail.outbox == []


def test_checks(client: Client, campaign: Campaign) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"address": "Keilestraat 9"})
    ContactFactory(given_name="")
    ContactFactory(given_name="Ann")
    message = message_of(campaign)
    blocks = [{"kind": "heading", "text": "Hi {first name}"}, {"kind": "button", "text": "Go"}]
    write(client, message, *blocks, subject="x" * 80)
    text = client.get(f"/messages/{message.pk}/checks/").content.decode()
    assert "1 person has no first name" in text
    assert "A button leads nowhere" in text
    assert "The subject is long" in text
    assert "Unsubscribe link and address" in text
    fields = client.get(f"/messages/{message.pk}/fields/").content.decode()
    assert "missing for 1" in fields


def test_what_a_ready_made_letter_says_to_its_writer_is_noticed(
    client: Client, campaign: Campaign
) -> None:
    message = message_of(campaign)
    write(client, message, do="starter:product")
    text = client.get(f"/messages/{message.pk}/checks/").content.decode()
    assert "2 texts still stand as the template had them" in text
    assert "New: say what it does in five words" in text
    assert "A link leads to example.com" in text
    assert 'class="bd"' in text
    ours = {"kind": "button", "text": "Go", "url": "https://helioptic.example/"}
    write(client, message, {"kind": "heading", "text": "Ours"}, ours, subject="Ours")
    message.texts.exclude(language="en").delete()
    text = client.get(f"/messages/{message.pk}/checks/").content.decode()
    assert "as the template had" not in text
    assert "example.com" not in text


def test_condition_of_a_block(client: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(client, message, {"kind": "heading", "text": "Hi"})
    url = f"/messages/{message.pk}/blocks/block0/?language=en"
    assert client.get(url).status_code == 200
    body = body_of(message)
    body[0]["condition"] = {"field": "job_title", "operator": "contains", "value": "Buyer"}
    MessageText.objects.update(body=body)
    write(client, message, {"kind": "heading", "text": "Hello"})
    assert body_of(message)[0]["condition"]["value"] == "Buyer"
    assert "Buyer" in client.get(f"/campaigns/{campaign.pk}/edit/content/").content.decode()
    client.post(url, {"language": "en", "everybody": "1"})
    assert "condition" not in body_of(message)[0]


def test_message_of_a_campaign_out_of_reach(campaign: Campaign, log_in: LogIn) -> None:
    client = log_in(UserFactory(role="sales"))
    assert client.get(f"/messages/{message_of(campaign).pk}/checks/").status_code in {403, 404}
    assert write(client, message_of(campaign)).status_code in {403, 404}


def test_sent_campaign_is_not_changed_any_more(client: Client, campaign: Campaign) -> None:
    campaign.state = "sent"
    campaign.save()
    write(client, message_of(campaign), {"kind": "divider"})
    assert not message_of(campaign).texts.exists()
