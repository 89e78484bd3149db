"""Importing a past campaign through its pages: upload, columns, run, report, taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from analytics.models import CampaignFile
from core.choices import RunState
from core.models import Installation, User
from marketing.models import Campaign, PastPerson, Recipient
from tests.analytics.campaigns import people
from tests.analytics.files import text_of
from tests.factories import UserFactory
from tests.running import carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

LogIn = Callable[..., Client]
LIST = "/campaigns/past/"


@pytest.fixture
def marketer(db: None) -> User:
    user: User = UserFactory(role="marketing")
    return user


def hearsay(count: int = 1_200) -> pd.DataFrame:
    """Two messages and a third held out; the letter to women works for those who bought before."""
    chance = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "segment": np.array(["Mens E-Mail", "Womens E-Mail", "No E-Mail"])[
                np.arange(count) % 3
            ],
            "bought_womens": chance.integers(0, 2, count),
            "recency": chance.integers(1, 13, count),
        }
    )
    moved = (frame["segment"] == "Womens E-Mail") & (frame["bought_womens"] == 1)
    frame["visit"] = (chance.random(count) < 0.1 + 0.3 * moved).astype(int)
    frame["conversion"] = (chance.random(count) < 0.2 + 0.3 * moved).astype(int)
    frame["spend"] = (frame["conversion"] * chance.uniform(10, 90, count)).round(2)
    return frame


def uploaded(client: Client, frame: pd.DataFrame) -> CampaignFile:
    answer = client.post(
        LIST, {"file": SimpleUploadedFile("spring_mailing.csv", text_of(frame, ",").encode())}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return CampaignFile.objects.latest("pk")


def form_of(client: Client, trial: CampaignFile, **more: Any) -> dict[str, Any]:
    """What the form sends as it is proposed, but for some fields."""
    form = client.get(reverse("past_campaign_columns", args=[trial.pk])).context["form"]
    found = {field.html_name: field.value() for field in form} | {"started_on": "2026-03-20"}
    sent = {name: value for name, value in (found | more).items() if value is not None}
    return sent | {"start": "1"}


def imported(client: Client, frame: pd.DataFrame, **more: Any) -> CampaignFile:
    trial = uploaded(client, frame)
    answer = client.post(
        reverse("past_campaign_columns", args=[trial.pk]), form_of(client, trial, **more)
    )
    assert answer.status_code == 302, answer.context["form"].errors
    trial.refresh_from_db()
    run = carry_out(trial.run)
    assert run.state == RunState.SUCCEEDED, run.error_text
    trial.refresh_from_db()
    return trial


def effects_of(campaign: Campaign) -> dict[tuple[str, str], dict[str, Any]]:
    rows = campaign.effect.figures["variants"]
    return {(row["name"], each["outcome"]): each for row in rows for each in row["effects"]}


def test_people_without_addresses_are_counted(marketer: User, log_in: LogIn) -> None:
    """The whole way: guesses, run, the report with its lifts, taken back, asked anew."""
    client, frame = log_in(marketer), hearsay()
    trial = uploaded(client, frame)
    assert (trial.arm_column, trial.control) == ("segment", "No E-Mail")
    assert (trial.visited_column, trial.converted_column) == ("visit", "conversion")
    assert (trial.revenue_column, trial.person_column) == ("spend", "")
    assert trial.facts == ["bought_womens", "recency"]
    assert trial.name == "spring mailing"

    trial = imported(client, frame)
    campaign = Campaign.objects.kept().get()
    assert (trial.campaign, trial.result["people"], trial.result["unknown"]) == (
        campaign,
        1_200,
        1_200,
    )
    assert PastPerson.objects.filter(campaign=campaign).count() == 1_200
    assert not Recipient.objects.exists()
    found, by_arm = effects_of(campaign), frame.groupby("segment").mean(numeric_only=True)
    columns = {"clicked": "visit", "converted": "conversion", "revenue": "spend"}
    assert len(found) == 6
    for (arm, outcome), effect in found.items():
        lift = by_arm.loc[arm, columns[outcome]] - by_arm.loc["No E-Mail", columns[outcome]]
        assert effect["difference"] == pytest.approx(lift, abs=1e-9)
        assert effect["lower"] < effect["difference"] < effect["upper"]

    detail = reverse("past_campaign_detail", args=[trial.pk])
    poll = {"HX-Request": "true", "HX-Target": "run"}
    assert client.get(detail, headers=poll)["HX-Redirect"] == campaign.get_absolute_url()
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert "Womens E-Mail" in page
    assert "bought_womens" in page  # the field that tells for whom it worked
    assert "1,200" in client.get(detail).content.decode()

    client.post(reverse("past_campaign_undo", args=[trial.pk]))
    assert not Campaign.objects.kept().exists()
    assert client.get(detail)["Location"] == reverse("past_campaign_columns", args=[trial.pk])
    assert (
        client.post(
            reverse("past_campaign_columns", args=[trial.pk]), form_of(client, trial)
        ).status_code
        == 302
    )
    trial.refresh_from_db()
    carry_out(trial.run)
    assert Campaign.objects.kept().count() == 1


def test_contacts_are_found_and_the_rest_is_counted(marketer: User, log_in: LogIn) -> None:
    """Known people are recipients with their timeline, all count, one address counts once."""
    frame = hearsay(300).drop(columns=["recency"])
    known = [one.email.upper() for one in people(200, owner=marketer)]
    strangers = [f"stranger{number}@example.org" for number in range(98)]
    frame.insert(0, "e-mail", [*known, *strangers, known[0], ""])
    frame.loc[299, "segment"] = ""
    trial = imported(log_in(marketer), frame)
    told = {name: trial.result[name] for name in ("people", "unknown", "without_arm", "twice")}
    assert told == {"people": 298, "unknown": 98, "without_arm": 1, "twice": 1}
    campaign = Campaign.objects.get()
    assert Recipient.objects.filter(campaign=campaign).count() == 200
    assert PastPerson.objects.filter(campaign=campaign, recipient=None).count() == 98
    assert sum(campaign.effect.figures["people"].values()) == 298
    kept = PastPerson.objects.filter(recipient__isnull=False).first()
    assert set(kept.facts) == {"bought_womens"}
    assert "stranger" not in str(list(PastPerson.objects.values()))
    page = log_in(marketer).get(reverse("campaign_recipients", args=[campaign.pk]))
    assert "98 people of the file are no contacts" in page.content.decode()


def test_what_people_brought_before_takes_noise_off(marketer: User, log_in: LogIn) -> None:
    """Of contacts and of those who are counted only; it is a fact as well."""
    frame = hearsay(600)
    before = 50 + np.arange(600) * 37 % 100
    frame["spend"] = before + 5.0 * (frame["segment"] != "No E-Mail") + np.arange(600) // 3 % 3
    frame["Revenue before"] = before
    frame["email"] = [one.email for one in people(300, owner=marketer)] + [""] * 300
    trial = imported(log_in(marketer), frame)
    assert trial.before_column == "Revenue before"
    assert "Revenue before" in trial.facts
    campaign = Campaign.objects.get()
    assert Recipient.objects.filter(revenue_before__isnull=False).count() == 300
    assert PastPerson.objects.filter(revenue_before__isnull=False).count() == 600
    effect = next(e for e in campaign.effect.figures["effects"] if e["outcome"] == "revenue")
    assert effect["difference"] == pytest.approx(5, abs=0.3)
    assert effect["saved"] > 0.9
    page = log_in(marketer).get(campaign.get_absolute_url()).content.decode()
    assert "is told without what each person bought in the year before" in page


@pytest.mark.parametrize(
    ("parts", "says"),
    [(1, "“arm” has one value only"), (9, "“arm” has more than 6 values")],
)
def test_a_column_that_cannot_part_people_is_named(
    marketer: User, log_in: LogIn, parts: int, says: str
) -> None:
    client, frame = log_in(marketer), hearsay(60).rename(columns={"segment": "arm"})
    frame["arm"] = [f"Letter {place % parts}" for place in range(60)]
    trial = uploaded(client, frame)
    page = client.get(reverse("past_campaign_columns", args=[trial.pk])).content.decode()
    assert says in page


def test_half_a_campaign_is_shown_to_nobody(marketer: User, log_in: LogIn) -> None:
    client = log_in(marketer)
    trial = uploaded(client, hearsay(60))
    client.post(reverse("past_campaign_columns", args=[trial.pk]), form_of(client, trial))
    trial.refresh_from_db()
    CampaignFile.objects.filter(pk=trial.pk).update(arm_column="gone")
    run = carry_out(trial.run)
    assert run.state == RunState.FAILED
    assert not Campaign.objects.kept().exists()
    page = client.get(reverse("past_campaign_detail", args=[trial.pk])).content.decode()
    assert "no column “gone”" in page
    assert "Failed" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"control": ""}, "got no message"),
        ({"started_on": "2099-01-01"}, "before today"),
        ({"started_on": ""}, "on which day"),
        ({"converted_column": ""}, "reached the goal"),
        ({"converted_column": "3"}, "chosen for two things"),
        ({"held_out": "120"}, "95"),
        ({"arm_column": "77"}, "which message"),
    ],
)
def test_odd_choices_get_a_sentence(
    marketer: User, log_in: LogIn, more: dict[str, str], says: str
) -> None:
    client = log_in(marketer)
    trial = uploaded(client, hearsay(60))
    url = reverse("past_campaign_columns", args=[trial.pk])
    answer = client.post(url, form_of(client, trial, **more))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Campaign.objects.exists()


def test_before_today_is_meant_by_the_clock_of_the_company(marketer: User, log_in: LogIn) -> None:
    """Where the reader has tomorrow already, a campaign of the company's today has not ended."""
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Pacific/Pago_Pago"})
    User.objects.filter(pk=marketer.pk).update(time_zone="Pacific/Kiritimati")
    client = log_in(marketer)
    trial = uploaded(client, hearsay(60))
    url = reverse("past_campaign_columns", args=[trial.pk])
    today = datetime.now(ZoneInfo("Pacific/Pago_Pago")).date()
    answer = client.post(url, form_of(client, trial, started_on=str(today)))
    assert answer.status_code == 422
    assert "A past campaign was sent before today." in answer.content.decode()


def test_another_column_of_parts_shows_its_values(marketer: User, log_in: LogIn) -> None:
    client = log_in(marketer)
    trial = uploaded(client, hearsay(60))
    sent = form_of(client, trial, arm_column="1")
    del sent["start"]
    answer = client.post(
        reverse("past_campaign_columns", args=[trial.pk]),
        sent,
        headers={"HX-Request": "true", "HX-Target": "parts"},
    )
    form = answer.context["form"]
    assert {part["text"] for part in form.parts} == {"0", "1"}
    assert form["control"].value() == "0"


def test_files_are_ones_own(marketer: User, administrator: User, log_in: LogIn) -> None:
    trial = uploaded(log_in(marketer), hearsay(60))
    url = reverse("past_campaign_columns", args=[trial.pk])
    assert log_in(administrator).get(url).status_code == 200

    assert log_in(UserFactory(role="marketing")).get(url).status_code == 404
