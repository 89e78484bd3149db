"""Getting started: what is done is what is true, for whoever may do it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import VersionState
from core.models import Installation, SampleData, SavedView, User
from core.queries.start import progress_of
from crm.models import Company
from tests.factories import (
    CompanyFactory,
    DealFactory,
    LeadFactory,
    ModelVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]


def state(user: User) -> dict[str, bool]:
    fresh = User.objects.get(pk=user.pk)
    return {step.key: is_done for step, is_done in progress_of(fresh).steps}


def test_an_administrator_begins_with_nothing_done(administrator: User) -> None:
    assert state(administrator) == dict.fromkeys(
        ("company", "leads", "team", "lead_score", "deal", "view"), False
    )


def test_each_step_is_done_by_what_is_there(administrator: User) -> None:
    Installation.objects.create(pk=1, name="Acme")
    assert state(administrator)["company"]
    LeadFactory()
    assert state(administrator)["leads"]
    UserFactory()
    assert state(administrator)["team"]
    ModelVersionFactory(kind="analytics.lead_score", state=VersionState.CHAMPION)
    assert state(administrator)["lead_score"]
    DealFactory()
    assert state(administrator)["deal"]
    SavedView.objects.create(object_type="crm.lead", name="Hot", owner=administrator)
    assert all(state(administrator).values())


def test_sample_records_do_nothing(administrator: User) -> None:
    data = SampleData.objects.create(day=timezone.localdate())
    data.finish(timezone.now() - timedelta(minutes=1))
    Installation.objects.create(pk=1, name="Helioptic")
    LeadFactory(is_sample=True)
    DealFactory(is_sample=True)
    UserFactory(is_sample=True)
    ModelVersionFactory(kind="analytics.lead_score", state=VersionState.CHAMPION)
    assert not any(state(administrator).values())


def test_who_may_not_do_a_step_does_not_see_it(sales: User) -> None:
    assert set(state(sales)) == {"leads", "deal", "view"}


def test_one_step_is_open_and_the_navigation_counts(administrator: User, log_in: LogIn) -> None:
    Installation.objects.create(pk=1, name="Acme")
    page = log_in(administrator).get(reverse("start")).content.decode()
    assert page.count('aria-current="step"') == 1
    assert "1/6" in page
    assert "Acme" in page


def test_hidden_it_leaves_navigation_and_home_and_comes_back(
    administrator: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    assert "0/6" in client.get(reverse("home")).content.decode()
    client.post(reverse("start_hide"), {"hidden": "yes"})
    home = client.get(reverse("home")).content.decode()
    assert "0/6" not in home
    assert "Name your company" not in home
    client.post(reverse("start_hide"))
    assert "0/6" in client.get(reverse("home")).content.decode()


def test_sample_data_is_removed_only_by_name_and_by_administrators(
    administrator: User, manager: User, log_in: LogIn
) -> None:
    SampleData.objects.create(day=timezone.localdate()).finish(timezone.now())
    CompanyFactory(is_sample=True)
    CompanyFactory()
    assert log_in(manager).get(reverse("sample_data")).status_code == 403
    client = log_in(administrator)
    page = client.get(reverse("sample_data"))
    kinds = {str(kind["label"]): (kind["goes"], kind["stays"]) for kind in page.context["kinds"]}
    assert kinds["Companies"] == (1, 1)
    refused = client.post(reverse("sample_data"), {"name": "no"})
    assert refused.status_code == 422
    assert "Write Helioptic" in refused.content.decode()
    assert Company.objects.count() == 2
    answer = client.post(reverse("sample_data"), {"name": "helioptic"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/jobs/")


def test_sample_data_is_asked_for_once(administrator: User, sales: User, log_in: LogIn) -> None:
    assert log_in(sales).post(reverse("sample_load")).status_code == 403
    client = log_in(administrator)
    first = client.post(reverse("sample_load"))["Location"]
    assert client.post(reverse("sample_load"))["Location"] == first
    assert "See the progress" in client.get(reverse("start")).content.decode()
