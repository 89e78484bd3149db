"""Letters: laid out once, filled in for each recipient, safe whatever is written into them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from core.choices import Reach
from core.errors import Refused
from marketing.choices import MessageForm
from marketing.models import Campaign, Message, MessageText
from marketing.services.letters import Links, Rendered, compile_letter, letters_for
from marketing.services.messages.blocks import clean_block, clean_blocks
from marketing.services.messages.rich import as_text, cleaned, from_markdown
from tests.factories import (
    CampaignFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    RoleFactory,
    UserFactory,
)

Count = Callable[[int], Any]


def links_of(pk: int) -> Links:
    return Links(
        f"https://u.example/{pk}",
        f"https://p.example/{pk}",
        f"https://o.example/{pk}.gif",
        lambda url: f"https://c.example/{pk}?to={url}",
    )


@pytest.fixture
def campaign(db: None) -> Campaign:
    return CampaignFactory(owner=UserFactory(role="administrator"))


def written(campaign: Campaign, *blocks: dict[str, Any], **given: Any) -> Message:
    message = campaign.variants.get().message
    given = {"language": "en", "subject": "{{given_name|Hello}}, news", **given}
    MessageText.objects.create(message=message, body=clean_blocks(list(blocks)), **given)
    return message


def letter_to(campaign: Campaign, contact: Any) -> Rendered:
    message = campaign.variants.get().message
    return letters_for(compile_letter(message, campaign), [contact.pk], links=links_of)[contact.pk]


def test_fields_are_filled_and_fall_back(campaign: Campaign) -> None:
    CustomFieldFactory(
        object_type="crm.contact", key="camera_age", label="Camera age", type="number"
    )
    written(
        campaign,
        {"kind": "heading", "text": "For {{company.name|your company}}"},
        {
            "kind": "text",
            "html": "<div>Hello {{given_name|there}}, {{custom.camera_age|0}} years</div>",
        },
    )
    ann = ContactFactory(
        given_name="Ann & <b>", company=CompanyFactory(name="Kestrel"), custom={"camera_age": 7}
    )
    bob = ContactFactory(given_name="", company=None)
    to_ann, to_bob = letter_to(campaign, ann), letter_to(campaign, bob)
    assert to_ann.subject == "Ann & <b>, news"
    assert "Hello Ann &amp; &lt;b&gt;, 7 years" in to_ann.html
    assert "For Kestrel" in to_ann.html
    assert "Hello Ann & <b>, 7 years" in to_ann.text
    assert to_bob.subject == "Hello, news"
    assert "For your company" in to_bob.html
    assert "Hello there, 0 years" in to_bob.text
    assert "{{" not in to_bob.html + to_bob.text
    assert "\ue000" not in to_bob.html + to_bob.text


def test_every_link_is_passed_through(campaign: Campaign) -> None:
    written(
        campaign,
        {
            "kind": "text",
            "html": '<div><a href="https://a.example/x?n={{given_name}}">here</a></div>',
        },
        {"kind": "button", "text": "Go", "url": "https://b.example/"},
        {"kind": "button", "text": "Write", "url": "mailto:a@b.example"},
    )
    ann = ContactFactory(given_name="Ann Lee")
    said = letter_to(campaign, ann)
    hrefs = re.findall(r'href="([^"]*)"', said.html)
    own = {f"https://u.example/{ann.pk}", f"https://p.example/{ann.pk}", "mailto:a@b.example"}
    assert {href for href in hrefs if not href.startswith("https://c.example/")} == own
    assert f"https://c.example/{ann.pk}?to=https://a.example/x?n=Ann%20Lee" in hrefs
    assert f"https://c.example/{ann.pk}?to=https://b.example/" in said.text
    assert f'<img src="https://o.example/{ann.pk}.gif"' in said.html


def test_footer_is_always_there(campaign: Campaign) -> None:
    written(campaign, {"kind": "divider"})
    said = letter_to(campaign, ann := ContactFactory())
    for text in (said.html, said.text):
        assert f"https://u.example/{ann.pk}" in text
        assert f"https://p.example/{ann.pk}" in text
        assert "Unsubscribe" in text
        assert "Choose topics" in text
    assert 'name="color-scheme"' in said.html
    assert "prefers-color-scheme: dark" in said.html
    assert "fonts.googleapis" not in said.html


def test_language_of_the_contact_chooses_the_text(campaign: Campaign) -> None:
    written(campaign, {"kind": "heading", "text": "Spring"})
    written(
        campaign, {"kind": "heading", "text": "春天"}, language="zh-hans", order=1, subject="你好"
    )
    lin = letter_to(campaign, ContactFactory(language="zh-hans"))
    assert (lin.language, lin.subject) == ("zh-hans", "你好")
    assert "春天" in lin.html
    assert 'lang="zh-hans"' in lin.html
    assert letter_to(campaign, ContactFactory(language="de")).language == "en"
    assert letter_to(campaign, ContactFactory(language="")).subject.endswith("news")


def test_block_with_a_condition(campaign: Campaign) -> None:
    condition = {"field": "job_title", "operator": "contains", "value": "Buyer"}
    written(
        campaign,
        {"kind": "heading", "text": "For all"},
        {"kind": "text", "html": "<div>For buyers</div>", "condition": condition},
    )
    buyer, other = ContactFactory(job_title="Buyer"), ContactFactory(job_title="Nurse")
    assert "For buyers" in letter_to(campaign, buyer).html
    assert "For buyers" in letter_to(campaign, buyer).text
    assert "For buyers" not in letter_to(campaign, other).html
    assert "For buyers" not in letter_to(campaign, other).text
    assert "For all" in letter_to(campaign, other).html


def test_condition_that_cannot_be_asked_any_more_holds_for_nobody(campaign: Campaign) -> None:
    gone = {"field": "custom.gone", "operator": "contains", "value": "x"}
    written(campaign, {"kind": "heading", "text": "Secret", "condition": gone})
    assert "Secret" not in letter_to(campaign, ContactFactory()).html


@pytest.mark.parametrize("number", [1, 40])
def test_questions_do_not_grow_with_the_batch(
    campaign: Campaign, number: int, django_assert_max_num_queries: Count
) -> None:
    condition = {"field": "company.name", "operator": "contains", "value": "Kestrel"}
    written(
        campaign,
        {"kind": "heading", "text": "{{company.name}} {{owner.name}} {{sender.name}}"},
        {"kind": "divider", "condition": condition},
    )
    letter = compile_letter(campaign.variants.get().message, campaign)
    contacts = [ContactFactory(company=CompanyFactory()).pk for _each in range(number)]
    with django_assert_max_num_queries(3):
        assert len(letters_for(letter, contacts, links=links_of)) == number


def test_what_the_owner_may_not_see_is_empty(db: None) -> None:
    role = RoleFactory(grants={"crm.contact.view": Reach.ALL}, hides=["crm.contact.job_title"])
    owner = UserFactory(roles=[role])
    campaign = CampaignFactory(owner=owner)
    written(campaign, {"kind": "heading", "text": "Dear {{job_title|colleague}}"})
    said = letter_to(campaign, ContactFactory(job_title="Surgeon", owner=owner))
    assert "Surgeon" not in said.html + said.text
    assert "Dear colleague" in said.html


def test_markdown_and_plain_text(campaign: Campaign) -> None:
    message = campaign.variants.get().message
    message.form = MessageForm.MARKDOWN
    message.save()
    text = "# Hi {{given_name}}\n\n<script>x</script> [here](https://a.example)"
    row = MessageText.objects.create(
        message=message, language="en", subject="S", body={"text": text}
    )
    said = letter_to(campaign, ann := ContactFactory(given_name="Ann"))
    assert ">Hi Ann</h1>" in said.html
    assert "<script>" not in said.html
    assert f"here (https://c.example/{ann.pk}?to=https://a.example)" in said.text
    message.form = MessageForm.PLAIN
    message.save()
    row.body = {"text": "Hi {{given_name}} <b>\nsee https://a.example"}
    row.save()
    said = letter_to(campaign, ann)
    assert "Hi Ann &lt;b&gt;<br>see" in said.html
    assert said.text.startswith("Hi Ann <b>\nsee https://c.example/")


def test_message_without_text_is_refused(campaign: Campaign) -> None:
    with pytest.raises(Refused):
        compile_letter(campaign.variants.get().message, campaign)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<div style="background:url(javascript:1)">x</div>',
        "<style>*{}</style><iframe src=//x></iframe><form action=//x>",
        '<svg><a xlink:href="javascript:1">x</a></svg>',
    ],
)
def test_nothing_dangerous_is_kept(html: str) -> None:
    block = clean_block({"kind": "text", "html": f"<div>Hi</div>{html}"})
    assert not re.search(r"script|onerror|style|iframe|svg|form|<img", block["html"], re.IGNORECASE)
    assert "Hi" in block["html"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://{{email}}/",
        "ftp://a.example",
    ],
)
def test_link_that_leads_astray_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="no address to link to"):
        clean_block({"kind": "button", "text": "x", "url": url})


def test_link_without_a_scheme_gets_one() -> None:
    assert clean_block({"kind": "button", "url": "example.com/a"})["url"] == "https://example.com/a"


@pytest.mark.parametrize(
    "body",
    ["x", [1], [{"kind": "nothing"}], [{"kind": "divider"}] * 61, [{"kind": "divider", "x": 1}]],
)
def test_body_that_is_none_is_refused(body: Any) -> None:
    with pytest.raises(Refused):
        clean_blocks(body)


def test_rich_text_as_plain_text() -> None:
    html = from_markdown("Hello\n\n- a\n- [b](https://x.example)\n\n1. one\n2. two\n\n> said")
    assert as_text(html) == "Hello\n\n- a\n- b (https://x.example)\n\n1. one\n2. two\n\nsaid"
    assert as_text(cleaned("<div>a<br>b</div><div>c</div>")) == "a\nb\nc"
