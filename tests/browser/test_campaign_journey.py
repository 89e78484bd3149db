"""A campaign from the audience to the report: two languages, two variants, a control group, sent, read, left."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.own_words import in_own_words
from tests.browser.pictures import keep
from tests.browser.product import running_product
from tests.browser.steps import press
from tests.browser.visitor import ADMINISTRATOR, Visitor, visitor
from tests.mail_sink import Sink, sinking

SENDING_SECONDS = 180
NOTICED_SECONDS = 90
# A browser that does not call itself headless: that is a machine's word.
PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
)
READING = 10  # seconds until a person, and no scanner, opens a message


def set_up_mail(person: Visitor, port: int) -> None:
    page = person.page
    person.open("/settings/mail/")
    page.select_option("[name=way]", "smtp")
    page.fill("[name=host]", "127.0.0.1")
    page.fill("[name=port]", str(port))
    page.select_option("[name=security]", "none")
    press(page, "main form .form-actions button[type=submit]")
    expect(page.locator("[name=host]")).to_have_value("127.0.0.1")


def say_where_the_company_is(person: Visitor) -> None:
    page = person.page
    person.open("/settings/company/")
    page.fill("[name=address]", "Keilestraat 9, Rotterdam")
    page.locator("form").filter(has=page.locator("[name=address]")).locator(
        "button[type=submit]"
    ).last.click()
    expect(page.locator("[name=address]")).to_have_value("Keilestraat 9, Rotterdam")


def begin(person: Visitor) -> int:
    """A draft with an audience; returns its number."""
    page = person.page
    person.open("/campaigns/new/")
    page.fill("main [name=name]", "Spring retrofit launch")
    page.select_option("main [name=purpose]", index=1)
    press(page, "main form button[type=submit]")
    page.wait_for_url(re.compile(r"/campaigns/\d+/edit/$"))
    [number] = re.findall(r"/campaigns/(\d+)/", page.url)
    page.locator("[name=segments]").first.check()
    page.fill("[name=holdout]", "20")
    page.fill("[name=sender_name]", "Helioptic")
    page.fill("[name=sender_address]", "news@helioptic.example")
    expect(page.locator("#audience-count [data-count]")).to_be_visible()
    assert violations(page) == []
    keep(page, "campaign-audience")
    press(page, "main .form-actions button[name=next]")
    page.wait_for_url(re.compile(r"/edit/content/"))
    return int(number)


def write(person: Visitor) -> None:
    """A ready-made letter in English and Chinese, and another subject as variant B."""
    page = person.page
    press(page, "button[value='starter:welcome']")
    expect(page.locator("#letter-canvas trix-editor").first).to_be_visible()
    expect(page.locator(".ed-h nav.seg").first.locator("a")).to_have_count(2)  # languages
    in_own_words(page)
    press(page, ".ed-h nav.seg a >> nth=0")
    with page.expect_response("**/write/"):
        page.fill("[name=subject]", "{first name|Hello}, your line keeps running")
    keep(page, "campaign-content")
    assert person.complaints == []
    assert violations(page) == []
    person.complaints.clear()  # what axe puts into the page breaks the policy of the letter's editor
    press(page, "button[value=variant]")
    page.wait_for_url(re.compile(r"variant=B"))
    expect(page.locator("[name=subject]")).to_have_value(re.compile("line keeps running"))
    with page.expect_response("**/write/"):
        page.fill("[name=subject]", "Plan the January stop with us")
    press(page, "button[value^='go:']")
    page.wait_for_url(re.compile(r"/edit/test/"))


def send(person: Visitor, campaign: int) -> None:
    page = person.page
    expect(page.locator("[name=decision]")).to_be_visible()
    keep(page, "campaign-test")
    press(page, "main button[name=next]")
    page.wait_for_url(re.compile(r"/edit/schedule/"))
    for day in page.locator("[name=weekdays]").all():
        day.check()
    press(page, "main button[name=save]")
    assert violations(page) == []
    keep(page, "campaign-schedule")
    press(page, "button[name=go]")
    press(page, "#send-it button[type=submit]")
    person.product.installation.wait_for_answer(
        f"SELECT count(*) FROM marketing_campaign WHERE state = 'sent' AND id = {campaign}",
        1,
        SENDING_SECONDS,
    )


def letter_of(sink: Sink) -> EmailMessage:
    """One that somebody has had."""
    message = email.message_from_bytes(sink.received[0][1], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def addresses(letter: EmailMessage, product_url: str, part: str) -> list[str]:
    """The links of a letter with this in them, at the product that runs here."""
    body = letter.get_body(("html",))
    assert body is not None
    found = re.findall(r'(?:href|src)="([^"]+)"', body.get_content())
    plain = [url.replace("&amp;", "&") for url in found if part in url]
    return [re.sub(r"^https?://[^/]+", product_url, url) for url in plain]


def read_as_recipient(browser: Browser, product_url: str, letter: EmailMessage) -> None:
    """Opens it, follows a link, and leaves."""
    time.sleep(READING)
    context = browser.new_context(user_agent=PERSON)
    page = context.new_page()
    [pixel] = addresses(letter, product_url, "/m/o/")
    assert page.goto(pixel) is not None
    link = addresses(letter, product_url, "/m/c/")[0]
    answer = context.request.get(link, max_redirects=0)
    assert answer.status == 302
    page.goto(addresses(letter, product_url, "/u/")[0])
    assert violations(page) == []
    keep(page, "unsubscribe")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main [role=status]")).to_be_visible()
    keep(page, "unsubscribed")
    context.close()


@pytest.mark.acceptance
@pytest.mark.embedded
def test_campaign_is_written_sent_read_and_reported(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    with running_product(folder) as fresh, sinking() as sink, visitor(browser, fresh) as person:
        ask = fresh.installation.ask
        person.sign_in(ADMINISTRATOR)
        set_up_mail(person, sink.port)
        say_where_the_company_is(person)
        campaign = begin(person)
        write(person)
        send(person, campaign)

        recipients = f"SELECT count(*) FROM marketing_recipient WHERE campaign_id = {campaign} AND "
        sent = int(ask(recipients + "state = 'sent'"))
        assert len(sink.received) == len({to for to, _text in sink.received}) == sent > 0
        assert int(ask(recipients + "arm = 'control'")) > 0

        letter = letter_of(sink)
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        read_as_recipient(browser, fresh.url, letter)
        clicked = recipients + "clicked_at IS NOT NULL"
        fresh.installation.wait_for_answer(clicked, 1, NOTICED_SECONDS)
        assert int(ask(recipients + "unsubscribed_at IS NOT NULL")) == 1

        page = person.page
        person.open(f"/campaigns/{campaign}/")
        press(page, "main form[action$='/measure/'] button")
        measured = f"SELECT count(*) FROM analytics_campaigneffect WHERE campaign_id = {campaign}"
        fresh.installation.wait_for_answer(measured, 1, NOTICED_SECONDS)
        for path, name in (("", "report"), ("recipients/", "recipients"), ("links/", "links")):
            person.open(f"/campaigns/{campaign}/{path}")
            expect(page.locator("main .page, main .scroll").first).to_be_visible()
            assert violations(page) == [], path
            keep(page, f"campaign-{name}")
