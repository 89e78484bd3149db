"""From a list to a record and back: the place in the list, new records, the owner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from core.choices import Reach
from core.models import User
from crm.choices import seeded_label
from crm.models import Company, Contact
from crm.services.interactions import NewInteraction, record_interactions
from tests.factories import CompanyFactory, ContactFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
NOUNS = ("lead", "contact", "company", "deal", "product", "activity", "group", "event")


def row_links(page: Any) -> list[str]:
    return [line.url for line in page.context["lines"]]


def test_record_reached_from_a_list_knows_its_place(administrator: User, log_in: LogIn) -> None:
    for name in ("Anna", "Berta", "Cora"):
        ContactFactory(name=name, city="Ulm")
    ContactFactory(name="Bea", city="Bonn")
    client = log_in(administrator)
    links = row_links(client.get(reverse("contact_list"), {"if": "city:is:Ulm"}))
    page = client.get(links[1])
    place = page.context["place"]
    assert (place.place, place.total.number) == (2, 3)
    assert (place.previous_url, place.next_url) == (links[0], links[2])
    back = client.get(page.context["list_url"])
    assert row_links(back) == links


def test_record_reached_otherwise_leads_to_the_plain_list(
    administrator: User, log_in: LogIn
) -> None:
    page = log_in(administrator).get(ContactFactory().get_absolute_url())
    assert page.context["place"] is None
    assert page.context["list_url"] == reverse("contact_list")


def test_preview_opens_the_record_in_its_list(administrator: User, log_in: LogIn) -> None:
    ContactFactory(name="Anna", city="Ulm")
    client = log_in(administrator)
    line = client.get(reverse("contact_list"), {"if": "city:is:Ulm"}).context["lines"][0]
    assert client.get(line.preview).context["line"].url == line.url


@pytest.mark.parametrize("noun", NOUNS)
def test_every_list_makes_new_records(noun: str, administrator: User, log_in: LogIn) -> None:
    page = log_in(administrator).get(reverse(f"{noun}_list"))
    assert page.context["create_url"] == reverse(f"{noun}_create")
    assert f'href="{reverse(f"{noun}_create")}"' in page.content.decode()


def test_list_without_the_right_to_make_has_no_new_button(log_in: LogIn) -> None:
    reader = UserFactory(roles=[RoleFactory(grants={"crm.deal.view": Reach.ALL})])
    assert log_in(reader).get(reverse("deal_list")).context["create_url"] == ""


def test_owner_is_changed_from_the_page_of_a_record(administrator: User, log_in: LogIn) -> None:
    company, colleague = CompanyFactory(), UserFactory(role="administrator")
    client = log_in(administrator)
    url = client.get(company.get_absolute_url()).context["assign_url"]
    sent = {"ids": company.pk, "record": company.pk, "owner": colleague.pk, "apply": 1}
    answer = client.post(url, sent)
    assert answer["Location"] == company.get_absolute_url()
    assert Company.objects.get(pk=company.pk).owner == colleague


def test_record_given_out_of_reach_leads_to_the_list(log_in: LogIn) -> None:
    own = {"crm.contact.view": Reach.OWN, "crm.contact.assign": Reach.ALL}
    giver = UserFactory(roles=[RoleFactory(grants=own)])
    taker = UserFactory(roles=giver.roles.all())
    contact = ContactFactory(owner=giver)
    client = log_in(giver)
    url = reverse("bulk_change", args=["crm.contact", "assign"])
    sent = {"ids": contact.pk, "record": contact.pk, "owner": taker.pk, "apply": 1}
    assert client.post(url, sent)["Location"] == reverse("contact_list")
    assert Contact.objects.get(pk=contact.pk).owner == taker


def test_owner_cannot_be_changed_without_the_right(log_in: LogIn) -> None:
    reader = UserFactory(roles=[RoleFactory(grants={"crm.contact.view": Reach.ALL})])
    page = log_in(reader).get(ContactFactory().get_absolute_url())
    assert page.context["assign_url"] == ""
    assert "record-assign" not in page.content.decode()


def test_stages_of_the_product_are_read_in_the_language_of_the_reader() -> None:
    with translation.override("zh-hans"):
        assert seeded_label("Proposal") == "方案报价"
        assert seeded_label("Vorgespräch") == "Vorgespräch"
    with translation.override("en"):
        assert seeded_label("Proposal") == "Proposal"


def test_timeline_says_a_channel_in_words(administrator: User, log_in: LogIn) -> None:
    contact, now = ContactFactory(), timezone.now()
    for kind, channel in (("visit", "web"), ("submit", "wechat"), ("download", "Kiosk")):
        record_interactions([NewInteraction(contact.pk, kind, now, channel=channel)])
    page = log_in(administrator).get(contact.get_absolute_url()).content.decode()
    assert "WeChat" in page
    assert "Kiosk" in page
    assert " web" not in page.split("Visited a page")[1].split("</li>")[0]
