"""Every door without a log-in, asked by somebody who means no good: told, never a fault."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from core.models import User
from marketing.forms.web_forms import TRAP, new_token
from marketing.models import FormSubmission, MailSettings, WebForm, Website
from marketing.services.sending.secrets import sealed
from marketing.services.web_forms import FIELDS, UTM
from tests.factories import WebFormFactory
from tests.hostile import BODIES
from tests.house.addresses import Address, addresses

pytestmark = pytest.mark.django_db

SITE = "https://example.com"
DOORS = [it for it in addresses() if it.is_ours and it.permission == "public"]
NAMES = (*FIELDS, *UTM, TRAP, "token", "page", "why", "given", "often", "pause", "shown", "all")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
NULLS = urlencode(dict.fromkeys(NAMES, "a\0b")).encode()
SENT: list[tuple[str, bytes]] = [
    *((JSON, body) for body in BODIES),
    (FORM, NULLS),
    (FORM, "&".join(f"{name}=%ED%A0%80%FF" for name in NAMES).encode()),
    (f"{FORM}; charset=nonsense", NULLS),
    ("multipart/form-data; boundary=", NULLS),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n\0"),
    ("message/rfc822", b"Content-Type: text/plain; charset=bogus\r\nTo: \0\r\n\r\n\0"),
]


def test_the_walk_finds_the_doors() -> None:
    names = {address.name for address in DOORS}
    assert {"web_form_page", "web_form_send", "page_visit", "mail_returns", "unsubscribe"} <= names


@pytest.mark.parametrize("address", DOORS, ids=str)
def test_nothing_that_is_sent_is_a_fault(address: Address, administrator: User) -> None:
    Website.objects.create(domain="example.com")
    url = address.url(administrator)
    WebForm.objects.update(origins=[SITE])  # that of the address, where there is one
    for kind, body in SENT:
        cache.clear()  # how often somebody may ask
        answer = Client().generic("POST", url, body, kind, headers={"Origin": SITE})
        assert answer.status_code < 500, (kind, body[:60])
    for query in ("?utm_source=%00&q=%FF", "?saved=%00", "?%ED%A0%80"):
        assert Client().get(url + query).status_code < 500, query


@pytest.mark.usefixtures("administrator")  # before there is one every door leads to the set-up
@pytest.mark.parametrize("place", ["", "frame/"])
def test_what_databases_cannot_keep_is_taken_out_of_a_visitors_form(place: str) -> None:
    form = WebFormFactory(fields=[{"name": "email", "required": True}])
    sent: dict[str, Any] = {"email": "ada@example.org", "token": new_token()}
    sent |= {"page": "https://exam\0ple.com/", "utm_source": "fa\0ir"}
    assert Client().post(f"/f/{form.key}/{place}", sent).status_code == 200
    row = FormSubmission.objects.get()
    assert (row.page, row.utm) == ("https://example.com/", {"utm_source": "fair"})


@pytest.mark.parametrize("way", ["mailgun", "mailgun-answers", "resend"])
def test_where_reports_are_signed_nonsense_is_refused(way: str, administrator: User) -> None:
    MailSettings.objects.update_or_create(pk=1, defaults={"signing_key": sealed("whsec_c2VjcmV0")})
    (address,) = (it for it in DOORS if it.name == "mail_returns")
    url = address.url(administrator).replace("/json/", f"/{way}/")
    for kind, body in SENT:
        answer = Client().generic("POST", url, body, kind)
        assert answer.status_code in {400, 403}, (kind, body[:60])
