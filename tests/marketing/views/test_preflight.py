"""What stands in the way of a campaign: one list, of which the steps Content and Schedule show parts."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Installation, User
from marketing.choices import CampaignState, MessageForm
from marketing.models import Campaign, CampaignVariant, Message, MessageText
from marketing.services.messages.blocks import clean_blocks
from marketing.services.messages.starters import BY_KEY, fill_from_starter
from tests.factories import UserFactory
from tests.marketing.campaigns import (
    OURS,
    add_variant,
    draft,
    in_own_words,
    mail_server,
    owner,
    people,
    purpose,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def no_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def page() -> Client:
    return logged_in(owner())


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def campaign() -> Campaign:
    people(2, purpose())
    return draft()


def message_of(campaign: Campaign, letter: str = "A") -> Message:
    return campaign.variants.select_related("message").get(letter=letter).message


def write(message: Message, *blocks: dict[str, Any], language: str = "en") -> None:
    Message.objects.filter(pk=message.pk).update(form=MessageForm.BLOCKS)
    given = {"subject": "Our news", "body": clean_blocks(list(blocks))}
    MessageText.objects.update_or_create(message=message, language=language, defaults=given)


def content(client: Client, campaign: Campaign, letter: str = "A") -> str:
    url = reverse("message_checks", args=[message_of(campaign, letter).pk])
    return client.get(url).content.decode()


def schedule(client: Client, campaign: Campaign) -> str:
    return client.get(reverse("campaign_schedule", args=[campaign.pk])).content.decode()


def sent(client: Client, campaign: Campaign) -> str:
    url = reverse("campaign_step", args=[campaign.pk])
    text = client.post(url, {"step": "schedule"}, follow=True).content.decode()
    campaign.refresh_from_db()
    return str(text)


@pytest.mark.parametrize("key", sorted(BY_KEY))
def test_a_ready_made_letter_is_not_sent_until_its_words_are_ones_own(
    page: Client, campaign: Campaign, key: str
) -> None:
    message = message_of(campaign)
    fill_from_starter(message, BY_KEY[key])
    with mail_server():
        text = sent(page, campaign)
        assert campaign.state == CampaignState.DRAFT
        assert "Message A: " in text
        in_own_words(message)
        sent(page, campaign)
    assert campaign.state != CampaignState.DRAFT


def test_the_line_says_where_and_leads_there(page: Client, campaign: Campaign) -> None:
    add_variant(campaign, "B")
    message = message_of(campaign, "B")
    fill_from_starter(message, BY_KEY["welcome"])
    columns = next(
        block for block in message.texts.get(language="zh-hans").body if block["kind"] == "columns"
    )
    place = f"?variant=B&amp;language=zh-hans&amp;block={columns['id']}#block-{columns['id']}"
    text = schedule(page, campaign)
    assert f'href="{reverse("campaign_content", args=[campaign.pk])}{place}"' in text
    assert "Message B: 3 texts still stand as the template had them" in text
    assert "Columns (简体中文): put your own words in place of “马上能拿到什么。”." in text
    link = place.replace("&amp;", "&").partition("#")[0]
    shown = page.get(f"{reverse('campaign_content', args=[campaign.pk])}{link}").content.decode()
    assert f'id="block-{columns["id"]}"' in shown


@pytest.mark.parametrize(
    ("kind", "stops"),
    [
        ({"kind": "text", "html": '<div><a href="https://blog.example.org/a">x</a></div>'}, True),
        ({"kind": "text", "html": '<div><a href="mailto:me@example.net">x</a></div>'}, True),
        (
            {"kind": "button", "text": "Go", "url": "https://WWW.Example.com:443/?a={{name|b}}"},
            True,
        ),
        ({"kind": "text", "html": "<div>Dear [your name here],</div>"}, True),
        ({"kind": "text", "html": "<div>尊敬的【填写姓名】：</div>"}, True),
        ({"kind": "text", "html": '<div><a href="https://myexample.com/">x</a></div>'}, False),
        ({"kind": "button", "text": "Go", "url": "https://example.com.de/"}, False),
        ({"kind": "text", "html": "<div>As was said [1], [sic]</div>"}, False),
    ],
)
def test_placeholders_and_links_to_nobody_stop_wherever_they_stand(
    page: Client, campaign: Campaign, kind: dict[str, Any], stops: bool
) -> None:
    write(message_of(campaign), kind)
    with mail_server():
        sent(page, campaign)
    assert (campaign.state == CampaignState.DRAFT) is stops


@pytest.mark.parametrize("form", [MessageForm.PLAIN, MessageForm.MARKDOWN])
def test_plain_texts_and_markdown_are_read_as_well(
    page: Client, campaign: Campaign, form: str
) -> None:
    message = message_of(campaign)
    Message.objects.filter(pk=message.pk).update(form=form)
    message.texts.update(body={"text": "See https://shop.example.net/a or [this](/b)."})
    with mail_server():
        assert "A link leads to shop.example.net" in sent(page, campaign)
        message.texts.update(
            body={"text": f"See {OURS} or [your plan]({OURS}) or [Write to us]({OURS})."}
        )
        sent(page, campaign)
    assert campaign.state != CampaignState.DRAFT


def test_a_template_may_say_to_its_writer_what_it_likes(page: Client) -> None:
    message = Message.objects.create(name="T", is_template=True, owner=owner())
    fill_from_starter(message, BY_KEY["welcome"])
    Installation.objects.update_or_create(pk=1, defaults={"address": "1 Main Street"})
    text = page.get(reverse("message_checks", args=[message.pk])).content.decode()
    assert "still stand" in text
    assert 'class="bd"' not in text


@pytest.mark.usefixtures("no_server")
def test_content_and_schedule_do_not_contradict_each_other(
    page: Client, campaign: Campaign
) -> None:
    """Whatever stops stands in both, of every variant and every step."""
    Campaign.objects.filter(pk=campaign.pk).update(purpose=None)
    Installation.objects.update(address="")
    add_variant(campaign, "B")
    message_of(campaign, "B").texts.update(subject="")
    lists = [content(page, campaign, "A"), content(page, campaign, "B"), schedule(page, campaign)]
    for said in (
        "Choose a purpose",
        "Settings › Company",
        "No mail server is set up",
        "The subject is missing (English)",
    ):
        assert [said in text for text in lists] == [True, True, True], said
    assert "Message B: The subject is missing" in lists[0]
    message_of(campaign).texts.update(subject="x" * 90)
    assert "The subject is long" in content(page, campaign)
    assert "Message A: The subject is long" in schedule(page, campaign)


@pytest.mark.usefixtures("no_server")
def test_what_only_administrators_can_mend_carries_no_link_for_others(campaign: Campaign) -> None:
    Installation.objects.update(address="")
    marketer = UserFactory(role="marketing")
    Campaign.objects.filter(pk=campaign.pk).update(owner=marketer, goal="click")
    for text in (
        schedule(logged_in(marketer), campaign),
        content(logged_in(marketer), campaign),
    ):
        assert "Ask an administrator to enter it." in text
        assert "Ask an administrator to fill in Settings › Sending e-mail." in text
        for name in ("company_settings", "mail_settings", "website_settings"):
            assert f'href="{reverse(name)}"' not in text
    text = schedule(logged_in(owner()), campaign)
    assert "Ask an administrator to" not in text
    for name in ("company_settings", "mail_settings", "website_settings"):
        assert f'href="{reverse(name)}"' in text


def test_equal_variants_are_noticed(page: Client, campaign: Campaign) -> None:
    first = message_of(campaign)
    button = {"kind": "button", "text": "Go", "url": OURS}
    write(first, button)
    second = Message.objects.create(name="B", form=MessageForm.BLOCKS, owner=owner())
    variant = CampaignVariant.objects.create(campaign=campaign, letter="B", message=second)
    write(second, button)  # the names of its blocks are others
    said = "Messages A and B say the same"
    assert said in schedule(page, campaign)
    assert said in content(page, campaign)
    CampaignVariant.objects.filter(pk=variant.pk).update(delay_minutes=60)
    assert said not in schedule(page, campaign), "times of sending are compared"
    CampaignVariant.objects.filter(pk=variant.pk).update(delay_minutes=0)
    write(second, {**button, "text": "Go now"})
    assert said not in schedule(page, campaign)


def test_links_that_differ_between_languages_are_named(page: Client, campaign: Campaign) -> None:
    message = message_of(campaign)
    write(message, {"kind": "button", "text": "Go", "url": "https://ours.example/en/plan"})
    write(
        message,
        {"kind": "button", "text": "去", "url": "https://ours.example/zh-cn/plan"},
        language="zh-hans",
    )
    title = "The languages do not lead to the same pages"
    assert title not in schedule(page, campaign)
    write(
        message,
        {"kind": "button", "text": "去", "url": "https://ours.example/old"},
        language="zh-hans",
    )
    for text in (schedule(page, campaign), content(page, campaign)):
        assert title in text
        assert "only in English ours.example/en/plan; only in 简体中文 ours.example/old" in text
    with mail_server():
        sent(page, campaign)
    assert campaign.state != CampaignState.DRAFT, "it warns and does not bar"


def test_empty_fields_of_all_messages_are_counted_once(page: Client, campaign: Campaign) -> None:
    """However many variants there are; each is told of its own fields."""
    add_variant(campaign, "B")
    message_of(campaign).texts.update(subject="Hi {{job_title}}")
    message_of(campaign, "B").texts.update(subject="Hi {{department}}")
    with CaptureQueriesContext(connection) as two:
        text = schedule(page, campaign)
    assert "Message A: 2 people have no job title" in text
    assert "Message B: 2 people have no department" in text
    assert "Message A: 2 people have no department" not in text
    for letter in "CDE":
        add_variant(campaign, letter)
        message_of(campaign, letter).texts.update(subject=f"Hi {{{{job_title}}}} {letter}")
    with CaptureQueriesContext(connection) as five:
        schedule(page, campaign)
    asked = [
        sum("department" in each["sql"] and "count" in each["sql"].lower() for each in some)
        for some in (two, five)
    ]
    assert asked == [1, 1]
