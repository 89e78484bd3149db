"""Web forms: made with a preview, filled in once each, spam kept apart, floods held off."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from core.models import AuditEvent, User
from crm.models import Company, Contact, Interaction, Lead
from marketing.forms.web_forms import SALT
from marketing.models import (
    ConfirmationRequest,
    Consent,
    ConsentEvent,
    FormSubmission,
    Purpose,
    WebForm,
)
from marketing.services.web_forms import Sent, take_from_spam, take_submission
from tests.factories import ConsentFactory, ContactFactory, PurposeFactory, WebFormFactory
from tests.factories.core import NOW
from tests.hostile import BODIES

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
ADA = {"name": "Ada Lovelace", "email": "Ada@example.org", "company": "Engines"}
SITE = "https://example.com"


@pytest.fixture(autouse=True)
def _fresh_limits(administrator: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Periods that no test comes to the end of."""
    for name in ("TEN_MINUTES", "AN_HOUR"):
        monkeypatch.setattr(f"marketing.views.web_form_pages.{name}", 10**9)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def purpose() -> Purpose:
    return PurposeFactory(name="News", is_confirmed=False)


@pytest.fixture
def form(marketing: User, purpose: Purpose) -> WebForm:
    fields = [{"name": name, "required": name == "email"} for name in (*ADA, "message")]
    made = WebFormFactory(
        owner=marketing,
        team=marketing.team,
        name="Contact us",
        fields=fields,
        is_confirmed=False,
        origins=[SITE],
        thanks="We call you",
    )
    made.purposes.add(purpose)
    return made


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def token(seconds: int = 10) -> str:
    """Of a page that was opened so long ago."""
    value = f"page{seconds}:{signing.b62_encode(int(time.time()) - seconds)}"
    return f"{value}:{signing.TimestampSigner(salt=SALT).signature(value)}"


def send(visitor: Client, form: WebForm, seconds: int = 10, **more: Any) -> Any:
    return visitor.post(f"/f/{form.key}/", {**ADA, "token": token(seconds), **more})


def test_an_answer_becomes_a_contact_a_lead_and_a_consent(
    visitor: Client, form: WebForm, marketing: User
) -> None:
    page = visitor.get(f"/f/{form.key}/?utm_source=fair").content.decode()
    assert 'name="consent"' in page
    assert "checked" not in page, "nobody agrees by not looking"
    answer = send(visitor, form, consent="on", message="Hello", utm_source="fair")
    assert "We call you" in answer.content.decode()
    contact = Contact.objects.get()
    assert (contact.email, contact.owner, contact.company.name) == (
        "Ada@example.org",
        marketing,
        "Engines",
    )
    lead = Lead.objects.get()
    assert (lead.contact, lead.source, lead.description) == (contact, "Contact us", "Hello")
    consent = Consent.objects.get()
    assert (consent.state, consent.source) == ("granted", "form")
    row = FormSubmission.objects.get()
    assert "unsubscribe at any time" in row.wording
    assert str(row.pk) in consent.detail
    assert (row.utm, row.contact, row.lead) == ({"utm_source": "fair"}, contact, lead)
    told = Interaction.objects.get()
    assert (told.kind, told.contact, told.subject) == ("submit", contact, "Contact us")


def test_without_the_tick_there_is_no_consent(visitor: Client, form: WebForm) -> None:
    send(visitor, form)
    assert Contact.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert FormSubmission.objects.get().wording == ""


def test_an_answer_that_arrives_twice_is_one(visitor: Client, form: WebForm) -> None:
    said = {**ADA, "token": token()}
    for _time in range(3):
        assert visitor.post(f"/f/{form.key}/", said).status_code == 200
    for _time in range(2):  # plain HTML on a website has no token
        visitor.post(f"/f/{form.key}/", {**ADA, "message": "Other"})
    assert FormSubmission.objects.count() == 2
    assert Lead.objects.count() == 2
    assert Contact.objects.count() == 1


def test_a_known_contact_loses_nothing(visitor: Client, form: WebForm, sales: User) -> None:
    known = ContactFactory(
        email="ada@example.org", name="Countess", job_title="", owner=sales, company=None
    )
    send(visitor, form)
    known.refresh_from_db()
    assert (known.name, known.owner, known.company.name) == ("Countess", sales, "Engines")
    assert Contact.objects.count() == 1
    event = AuditEvent.objects.get(object_type="crm.contact", action="edit")
    assert event.actor is None
    assert "company" in event.changes


def test_double_opt_in(visitor: Client, form: WebForm) -> None:
    WebForm.objects.update(is_confirmed=True)
    told = "We have sent you an e-mail"
    assert told not in send(visitor, form, email="eve@example.org").content.decode()
    assert told in send(visitor, form, seconds=11, consent="on").content.decode()
    assert Consent.objects.get().state == "pending"
    assert ConfirmationRequest.objects.get().address == "Ada@example.org"


def test_nobody_else_takes_back_a_withdrawal(
    visitor: Client, form: WebForm, purpose: Purpose
) -> None:
    gone = ConsentFactory(contact__email="ada@example.org", purpose=purpose, state="withdrawn")
    send(visitor, form, consent="on")
    gone.refresh_from_db()
    assert gone.state == "withdrawn"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"website": "http://spam.example"}, "trap"),
        ({"seconds": 0}, "fast"),
        ({"name": "Buy now https://spam.example"}, "links"),
    ],
)
def test_spam_is_kept_apart(
    visitor: Client, form: WebForm, marketing: User, log_in: LogIn, said: Any, why: str
) -> None:
    assert send(visitor, form, **said).status_code == 200, "programs learn nothing"
    row = FormSubmission.objects.get()
    assert (row.state, row.why, row.contact) == ("spam", why, None)
    assert not Contact.objects.exists()
    client = log_in(marketing)
    assert "Ada@example.org" in client.get(f"/forms/{form.pk}/?tab=spam").content.decode()
    client.post(f"/forms/{form.pk}/answers/{row.pk}/take/")
    client.post(f"/forms/{form.pk}/answers/{row.pk}/take/")
    assert Contact.objects.count() == 1
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("place", range(len(BODIES)))
def test_hostile_answers_are_refused(visitor: Client, form: WebForm, place: int) -> None:
    answer = visitor.post(
        f"/f/{form.key}/send/",
        BODIES[place],
        content_type="application/json",
        headers={"Origin": SITE},
    )
    assert answer.status_code == 400
    assert not FormSubmission.objects.exists()


def test_two_who_take_an_answer_from_spam_at_once_make_one_lead(
    visitor: Client, form: WebForm, marketing: User
) -> None:
    """Both have read the row before either writes it."""
    send(visitor, form, seconds=0)
    rows = [FormSubmission.objects.get() for _person in range(2)]
    for row in rows:
        take_from_spam(row=row, by=marketing, at=NOW)
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="webform.take").count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"email": "nobody"},
        {"email": ""},
        {"token": "forged"},
        {"name": "x" * 201},
        {"phone": "abc"},
        {"phone": "+49"},
    ],
)
def test_bad_input_gets_a_sentence(visitor: Client, form: WebForm, said: Any) -> None:
    form.fields.append({"name": "phone", "required": False})
    form.save()
    answer = send(visitor, form, **said)
    assert answer.status_code == 422
    assert not FormSubmission.objects.exists()


def test_one_network_cannot_fill_the_crm(visitor: Client, form: WebForm) -> None:
    answers = [
        send(visitor, form, email=f"a{number}@example.org", token="").status_code
        for number in range(13)
    ]
    assert answers == [200] * 10 + [429] * 3
    assert Contact.objects.count() == 10


def test_many_networks_cannot_either(form: WebForm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketing.views.web_form_pages.MOST_OF_ALL", 5)
    statuses = []
    for number in range(8):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        said = {**ADA, "email": f"a{number}@example.org"}
        statuses.append(client.post(f"/f/{form.key}/", said).status_code)
    assert statuses == [200] * 5 + [429] * 3


def test_spam_does_not_pile_up(form: WebForm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketing.services.web_forms.MOST_SPAM", 3)
    for number in range(9):
        sent = Sent({"name": "x"}, token=str(number), trap="x")
        take_submission(form=form, sent=sent, at=NOW + timedelta(seconds=number))
    assert FormSubmission.objects.count() == 3


def test_websites_of_the_form_send_it_by_script(visitor: Client, form: WebForm) -> None:
    url, body = f"/f/{form.key}/send/", {"values": ADA, "consent": True, "token": "1"}

    def post(origin: str, body: Any = body) -> Any:
        text = body if isinstance(body, str) else json.dumps(body)
        return visitor.post(url, text, content_type="application/json", headers={"Origin": origin})

    assert post("https://evil.example").status_code == 403
    asked = visitor.options(url, headers={"Origin": SITE})
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, SITE)
    for _time in range(2):
        assert post(SITE).json() == {"thanks": "We call you"}
    assert FormSubmission.objects.count() == 1
    assert Consent.objects.count() == 1
    for bad in ("{", "[]", '{"values": 1}', '{"values": {}, "utm": 5}'):
        assert post(SITE, bad).status_code in (400, 422)
    assert post(SITE, {"values": {"email": "x"}}).json()["errors"]["email"]


def test_a_frame_is_for_the_websites_of_the_form(visitor: Client, form: WebForm) -> None:
    framed = visitor.get(f"/f/{form.key}/frame/")
    assert "X-Frame-Options" not in framed
    assert f"frame-ancestors {SITE}" in framed["Content-Security-Policy"]
    page = visitor.get(f"/f/{form.key}/")
    assert page["X-Frame-Options"] == "DENY"
    WebForm.objects.update(redirect_url="https://example.com/thanks")
    page = visitor.get(f"/f/{form.key}/")
    assert f"form-action 'self' {SITE}" in page["Content-Security-Policy"]
    assert send(visitor, form)["Location"] == "https://example.com/thanks"


def test_a_closed_form_takes_nothing(visitor: Client, form: WebForm) -> None:
    WebForm.objects.update(is_open=False)
    assert visitor.get(f"/f/{form.key}/").status_code == 410
    assert send(visitor, form).status_code == 410
    WebForm.objects.update(is_open=True, deleted_at=NOW)
    assert visitor.get(f"/f/{form.key}/").status_code == 404


def test_the_form_speaks_its_language(visitor: Client, form: WebForm) -> None:
    WebForm.objects.update(language="zh-hans")
    assert 'lang="zh-hans"' in visitor.get(f"/f/{form.key}/").content.decode()


def test_a_visitor_reads_what_is_agreed_to(visitor: Client, form: WebForm) -> None:
    form.purposes.add(PurposeFactory(name="Fairs"))
    assert "this by e-mail: Fairs, News." in visitor.get(f"/f/{form.key}/").content.decode()
    send(visitor, form, consent="on")
    assert "Fairs, News" in FormSubmission.objects.get().wording


def editor(**more: Any) -> dict[str, Any]:
    return {
        "name": "Fair",
        "language": "en",
        "title": "See you",
        "asked": ["name", "email"],
        "needed": ["email"],
        "websites": f"{SITE}/path\n{SITE}",
        "is_open": "on",
        **more,
    }


def test_a_form_is_made_with_a_preview(marketing: User, log_in: LogIn, purpose: Purpose) -> None:
    client = log_in(marketing)
    htmx = {"HX-Request": "true", "HX-Target": "form-preview"}
    part = client.post("/forms/new/", editor(title="Looks like this"), headers=htmx)
    assert part.status_code == 200
    assert "Looks like this" in part.content.decode()
    part = client.post("/forms/new/", editor(purposes=[purpose.pk]), headers=htmx)
    assert "this by e-mail: News." in part.content.decode()
    assert not WebForm.objects.exists()
    assert client.get("/forms/new/").status_code == 200
    saved = client.post("/forms/new/", editor(save="1", purposes=[purpose.pk]))
    assert saved.status_code == 302
    form = WebForm.objects.get()
    assert form.fields == [
        {"name": "name", "required": False},
        {"name": "email", "required": True},
    ]
    assert (form.origins, list(form.purposes.all()), form.owner) == ([SITE], [purpose], marketing)
    for tab in ("answers", "spam", "embed"):
        assert client.get(f"/forms/{form.pk}/?tab={tab}").status_code == 200
    assert f"/f/{form.key}/" in client.get(f"/forms/{form.pk}/?tab=embed").content.decode()


def test_what_must_be_filled_in_is_asked_for(marketing: User, log_in: LogIn) -> None:
    log_in(marketing).post("/forms/new/", editor(save="1", needed=["email", "city"]))
    assert {"name": "city", "required": True} in WebForm.objects.get().fields


@pytest.mark.parametrize(
    "said",
    [
        {"asked": ["company"], "needed": []},
        {"websites": "javascript:x"},
        {"redirect_url": "javascript:x"},
    ],
)
def test_a_form_that_cannot_work_is_refused(marketing: User, log_in: LogIn, said: Any) -> None:
    answer = log_in(marketing).post("/forms/new/", editor(save="1", **said))
    assert answer.status_code == 422
    assert not WebForm.objects.exists()


def test_companies_are_not_made_twice(visitor: Client, form: WebForm) -> None:
    send(visitor, form)
    send(visitor, form, email="eve@example.org", token="")
    assert Company.objects.count() == 1
